"""What all pages are laid out with: record page, list page, navigation, links, paging."""
