// The elements of the forest plot to try: controls with labels, and the places of what they change.
"use strict";

const plotControls = (() => {
  const LABELS = Object.freeze({
    set: "Results",
    model: "Model",
    results: "Several results of a trial",
    tau2: "Estimator of τ²",
    ci: "Interval",
  });
  const ABOUT =
    "Leave trials out, or choose other results or another model: the drawing and the numbers follow at once. " +
    "A choice that is made after seeing the results is weaker evidence than the analysis plan.";
  const ROBUST =
    "Some trials have several results. Robust variance has an estimator of τ² and an interval of its " +
    "own; choose the mean of each trial to compare others.";
  const THREE_LEVELS = " The model of three levels is among the variants under Sensitivity.";
  const UNKNOWN =
    "The address names a choice that this page does not have. That part of it is ignored.";

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function button(textContent, act) {
    const made = element("button", { type: "button", textContent });
    made.addEventListener("click", act);
    return made;
  }

  /** A set says where it has no results, or those of one before it. */
  function setOptions(sets) {
    const same = (some, others) => some.length === others.length && some.every((row, i) => row === others[i]);
    return sets.map(([name, label, rows], i) => {
      if (!rows.length) return [name, `${label} (none)`, true];
      const known = sets.slice(0, i).some(([, , before]) => same(rows, before));
      return [name, known ? `${label} (the same results)` : label, false];
    });
  }

  function select(key, options, choose) {
    const made = element("select", { name: key });
    for (const [value, label, disabled = false] of options) {
      made.append(element("option", { value, textContent: label, disabled }));
    }
    made.addEventListener("change", () => choose({ [key]: made.value }));
    return made;
  }

  /** Whether the choices have room beside the drawing; below it they are folded. */
  function hasRoom() {
    return window.matchMedia("(min-width: 60rem)").matches;
  }

  /** The list of trials, open where there is room. */
  function trialList(trials, choose) {
    const summary = element("summary");
    const boxes = new Map();
    const fieldset = element("fieldset", {}, element("legend", { textContent: "Trials to pool" }));
    const without = () => new Set(Array.from(boxes.keys()).filter((trial) => !boxes.get(trial).checked));
    for (const { trial, name, count } of trials) {
      const box = element("input", { type: "checkbox", value: trial });
      box.addEventListener("change", () => choose({ without: without() }));
      boxes.set(trial, box);
      fieldset.append(element("label", {}, box, count > 1 ? `${name}, ${count} results` : name));
    }
    const all = button("All", () => choose({ without: new Set() }));
    const none = button("None", () => choose({ without: new Set(boxes.keys()) }));
    const buttons = element("p", { className: "plot-actions" }, all, none);
    return { details: element("details", { open: hasRoom() }, summary, buttons, fieldset), boxes, summary };
  }

  /**
   * Fill the place of the plot.
   * @param {HTMLElement} place
   * @param {Object} choices key of a choice to its options
   * @param {{trial: string, name: string, count: number}[]} trials with their numbers of results
   * @param {function(Object): void} choose is called with what was changed
   * @param {function(): void} reset
   * @param {boolean} threeLevels whether the page has the result of that model
   * @returns {Object} the elements whose content or state follows the choice
   */
  function build(place, choices, trials, choose, reset, threeLevels) {
    const several = trials.some(({ count }) => count > 1);
    const options = { ...choices, set: setOptions(choices.set) };
    const keys = Object.keys(LABELS).filter((key) => key !== "results" || several);
    const fields = Object.fromEntries(keys.map((key) => [key, select(key, options[key], choose)]));
    const hint = element("p", { id: "plot-hint", className: "plot-hint", textContent: ROBUST + (threeLevels ? THREE_LEVELS : "") });
    for (const key of ["tau2", "ci"]) fields[key].setAttribute("aria-describedby", hint.id);
    const list = trialList(trials, choose);
    const link = element("a", { textContent: "Link to this choice" });
    const actions = element("p", { className: "plot-actions" }, button("Back to the analysis plan", reset), link);

    const drawing = element("div", { className: "plot-drawing" });
    const sentence = element("p", { className: "plot-sentence" });
    sentence.setAttribute("aria-live", "polite");
    sentence.setAttribute("aria-atomic", "true");
    const facts = element("dl", { className: "facts" });
    const comparison = element("p");
    const unknown = element("p", { className: "note", hidden: true, textContent: UNKNOWN });
    place.setAttribute("role", "group");
    place.setAttribute("aria-labelledby", plotAddress.NAME);
    const heading = element("h3", { id: plotAddress.NAME, textContent: "Try other choices" });
    place.append(
      unknown,
      element(
        "div",
        { className: "plot-parts" },
        drawing,
        element("div", { className: "plot-result" }, sentence, facts, comparison),
        element(
          "details",
          { className: "plot-choices", open: hasRoom() },
          element("summary", {}, heading),
          element(
            "div",
            { className: "plot-fields" },
            element("p", { textContent: ABOUT }),
            ...keys.map((key) => element("label", {}, LABELS[key], fields[key])),
            hint,
            list.details,
            actions,
          ),
        ),
      ),
    );
    place.hidden = false;
    return { drawing, sentence, facts, comparison, unknown, fields, hint, link, ...list };
  }

  /** Fill a list of terms and their values. */
  function fillFacts(list, facts) {
    const rows = facts.map(([term, meaning]) =>
      element("div", {}, element("dt", { textContent: term }), element("dd", { textContent: meaning })),
    );
    list.replaceChildren(...rows);
  }

  return Object.freeze({ LABELS, build, fillFacts });
})();
