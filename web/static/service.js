// Every page is complete without this module: it only adds what GOV.UK Frontend adds, and keeps long lists handy.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation,
  SkipLink, createAll
} from "./vendor/govuk-frontend-6.3.0/govuk-frontend.min.js";

const components = [
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink
];
for (const component of components) createAll(component);

// A long list of schools or people can be searched by typing any part of a name.
const autocomplete = window.accessibleAutocomplete;
if (autocomplete) {
  for (const select of document.querySelectorAll("select[data-search]")) {
    const describedBy = select.getAttribute("aria-describedby");
    autocomplete.enhanceSelectElement({
      selectElement: select,
      autoselect: false,
      defaultValue: select.value ? select.selectedOptions[0].text : "",
      showAllValues: true,
      confirmOnBlur: false,
      preserveNullOptions: true
    });
    const input = select.parentElement.querySelector(".autocomplete__input");
    if (describedBy) input.setAttribute("aria-describedby", `${describedBy} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    // The library leaves the last choice standing when its text is typed over: what is sent must be what is seen.
    input.addEventListener("input", () => {
      select.value = [...select.options].find((option) => option.text === input.value)?.value ?? "";
    });
  }
}

// On a narrow screen the filters fold away above the list, unless one of them is at fault; on a wide screen they
// always stand beside it.
const narrow = window.matchMedia("(max-width: 768.98px)");
const foldFilters = () => {
  for (const filter of document.querySelectorAll(".app-filter")) {
    filter.open = !narrow.matches || filter.querySelector(".govuk-error-message") !== null;
  }
};
foldFilters();
narrow.addEventListener("change", foldFilters);

// Of the spare rows of a form the first is shown, the others on request; then the page itself is asked for more.
for (const group of document.querySelectorAll("fieldset:has(> [data-row])")) {
  const rows = [...group.querySelectorAll(":scope > [data-row]")];
  const isBlank = (row) => [...row.querySelectorAll("input, select, textarea")].every(
    (control) => (["radio", "checkbox"].includes(control.type) ? !control.checked : !control.value)
  );
  const spare = rows.slice(rows.findLastIndex((row) => !isBlank(row)) + 2);
  if (spare.length === 0) continue;
  for (const row of spare) row.hidden = true;
  const more = document.createElement("button");
  more.type = "button";
  more.className = "govuk-button govuk-button--secondary";
  more.textContent = "Add another";
  rows.at(-1).after(more);
  const askForMore = document.querySelector(`button[data-more-of="${CSS.escape(group.dataset.rows)}"]`);
  askForMore.hidden = true;
  more.addEventListener("click", () => {
    const row = spare.shift();
    row.hidden = false;
    row.querySelector("input, select, textarea").focus();
    more.hidden = spare.length === 0;
    askForMore.hidden = spare.length > 0;
  });
}
