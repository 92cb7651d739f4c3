// The forest plot that readers try choices on: its controls, and the choice in the address.
"use strict";

(() => {
  const ADDRESS = "try"; // the first word of an address that names a choice
  const KEYS = ["set", "model", "results", "tau2", "ci"];
  const place = document.querySelector("[data-plot]");
  const given = JSON.parse(document.getElementById("plot-data").textContent);
  const { analysis, choices, trials, rows } = given;
  const names = new Map(trials);
  const sets = new Map(choices.set.map(([name, , members]) => [name, members.map((row) => rows[row])]));
  const several = rows.length > trials.length;
  const words = plotWords.wordsFor(given.scale, {
    flags: given.flags,
    no_reliable_interval: given.no_reliable_interval,
    intervals: given.intervals,
  });
  const scale = { ...given.scale, ...places(given.scale.transformation) };
  const trialRows = new Map(pooling.byTrial(rows).map((own) => [own[0].trial, own]));
  const critical = distributions.criticalValue(analysis.level, NaN);

  /** The choice of the analysis plan; `without` has the trials that are left out. */
  const plan = Object.freeze({ set: "plan", ...pick(analysis), without: new Set() });
  let choice = plan;
  const ui = build();
  const reach = plotDrawing.reach(
    trials.map(([trial]) => drawn(pooling.trialMean(trialRows.get(trial), analysis.rho))),
    zero(),
  );
  readAddress();
  window.addEventListener("hashchange", readAddress);
  new ResizeObserver(redraw).observe(ui.drawing);

  function pick({ model, results, tau2, ci }) {
    return { model, results, tau2, ci };
  }

  // ---- what is computed ----

  /** The rows of a choice, and their pool; null where nothing is left or it cannot be pooled. */
  function poolOf(chosen) {
    const members = sets.get(chosen.set).filter(({ trial }) => !chosen.without.has(trial));
    try {
      return { members, pool: pooling.pool(members, { ...analysis, ...pick(chosen) }) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { members, pool: null };
    }
  }

  function places(transformation) {
    const inverse = {
      same: [(x) => x, (x) => x],
      exp: [Math.exp, Math.log],
      tanh: [Math.tanh, Math.atanh],
      expit: [(x) => 1 / (1 + Math.exp(-x)), (x) => Math.log(x / (1 - x))],
    }[transformation];
    return { print: inverse[0], place: inverse[1] };
  }

  function zero() {
    return given.scale.null === null ? null : scale.place(given.scale.null);
  }

  /** An effect with its normal interval as places on the axis. */
  function drawn({ yi, vi }) {
    const half = critical * Math.sqrt(vi);
    const middle = scale.turn * yi;
    return { yi: middle, half, low: middle - half, high: middle + half };
  }

  function placed(low, high) {
    return scale.turn > 0 ? [low, high] : [-high, -low];
  }

  // ---- the choice in the address ----

  function isChosen(key, value) {
    return choices[key].some(([name]) => name === value);
  }

  /** Read a choice from the address; what the page does not know is left out, and that is said. */
  function readAddress() {
    const fragment = location.hash.slice(1);
    if (fragment !== ADDRESS && !fragment.startsWith(`${ADDRESS}&`)) return update(choice);
    const asked = new URLSearchParams(fragment.slice(ADDRESS.length + 1));
    const found = { ...plan };
    let unknown = false;
    for (const [key, value] of asked) {
      if (KEYS.includes(key) && isChosen(key, value)) found[key] = value;
      else if (key === "without") {
        const ids = value.split(",");
        found.without = new Set(ids.filter((id) => names.has(id)));
        unknown ||= found.without.size < ids.length;
      } else unknown = true;
    }
    ui.unknown.hidden = !unknown;
    update(found);
    place.scrollIntoView();
    return undefined;
  }

  /** The trials that are left out of those that the set has. */
  function leftOut({ set, without }) {
    const offered = new Set(sets.get(set).map(({ trial }) => trial));
    return Array.from(without).filter((trial) => offered.has(trial)).sort();
  }

  function address(chosen) {
    const parts = KEYS.filter((key) => chosen[key] !== plan[key]).map((key) => `${key}=${chosen[key]}`);
    const without = leftOut(chosen);
    if (without.length) parts.push(`without=${without.join(",")}`);
    return `#${[ADDRESS, ...parts].join("&")}`;
  }

  function choose(changed) {
    ui.unknown.hidden = true;
    update({ ...choice, ...changed });
    const here = location.pathname + location.search;
    history.replaceState(null, "", address(choice) === `#${ADDRESS}` ? here : address(choice));
  }

  // ---- what is shown ----

  function update(chosen) {
    choice = chosen;
    const { members, pool } = poolOf(choice);
    const robust = pool?.model === "correlated_effects";
    for (const key of KEYS) if (ui.fields[key]) ui.fields[key].value = choice[key];
    if (several) ui.fields.results.disabled = choice.model === "common";
    ui.fields.tau2.disabled = robust || choice.model === "common";
    ui.fields.ci.disabled = robust;
    ui.hint.hidden = !robust;
    const offered = new Set(sets.get(choice.set).map(({ trial }) => trial));
    for (const [trial, box] of ui.boxes) {
      box.disabled = !offered.has(trial);
      box.checked = offered.has(trial) && !choice.without.has(trial);
    }
    const left = new Set(members.map(({ trial }) => trial)).size;
    ui.trials.textContent = `Trials: ${left} of ${trials.length} chosen`;
    ui.link.href = address(choice);
    ui.sentence.textContent = spoken(pool, left, members.length);
    ui.facts.replaceChildren(...(pool ? factsOf(pool) : []));
    ui.comparison.textContent = pool && given.analyses
      ? words.comparison(pool, given.analyses, analysis.thresholds.min_trials_for_interval)
      : "";
    redraw();
  }

  function spoken(pool, left, results) {
    if (!pool) return left ? "These results cannot be pooled." : "No trial is chosen: there is nothing to pool.";
    const counts = `${plotWords.counted(left, "trial")} with ${plotWords.counted(results, "result")}.`;
    return `${differences()} ${counts} ${words.sentence(pool)}`;
  }

  /** In what the choice differs from the analysis plan, of what counts for it. */
  function differences() {
    const labels = { set: "results", model: "model", results: "several results of a trial", tau2: "estimator of τ²", ci: "interval" };
    const found = KEYS.filter((key) => choice[key] !== plan[key] && !ui.fields[key]?.disabled).map((key) => labels[key]);
    const without = leftOut(choice).length;
    if (without) found.push(`${plotWords.counted(without, "trial")} left out`);
    return found.length ? `Differs from the analysis plan (${found.join(", ")}):` : "As in the analysis plan:";
  }

  function factsOf(pool) {
    const trusted = analysis.thresholds.trusted_df;
    const facts = [
      [`Pooled ${given.scale.heading}`, words.estimate(pool)],
      [given.scale.prediction, words.predictionInterval(pool)],
      ["Heterogeneity", words.heterogeneity(pool)],
      ["Model", words.model(pool, trusted)],
      ["Remarks", words.remarks(pool)],
    ];
    return facts.map(([term, meaning]) => {
      const row = element("div");
      row.append(element("dt", { textContent: term }), element("dd", { textContent: meaning }));
      return row;
    });
  }

  function redraw() {
    const width = Math.floor(ui.drawing.clientWidth);
    if (!width) return;
    const { members, pool } = poolOf(choice);
    const offered = pooling.byTrial(sets.get(choice.set));
    const weights = new Map();
    members.forEach(({ trial }, i) => weights.set(trial, (weights.get(trial) ?? 0) + (pool?.weights[i] ?? NaN)));
    const order = new Map(trials.map(([trial], i) => [trial, i]));
    offered.sort((a, b) => order.get(a[0].trial) - order.get(b[0].trial));
    const planned = poolOf(plan).pool;
    const pools = [
      ...(pool ? [poolLine("This choice", pool, "chosen")] : []),
      ...(planned ? [poolLine("Analysis plan", planned, "planned")] : []),
    ];
    const plot = {
      lines: offered.map((own) => trialLine(own, weights.get(own[0].trial) ?? NaN)),
      pools,
      reach,
      zero: zero(),
      scale,
      heading: `${given.scale.heading}, weight`,
      title: pool ? `Forest plot of ${plotWords.counted(pool.n_trials, "trial")}: ${given.scale.symbol} ${words.estimate(pool)}` : "Forest plot",
    };
    ui.drawing.replaceChildren(plotDrawing.forest(plot, width));
  }

  function trialLine(own, weight) {
    const result = pooling.trialMean(own, analysis.rho);
    const half = critical * Math.sqrt(result.vi);
    const numbers = `${words.number(result.yi)} ${words.bracketed(result.yi - half, result.yi + half)}`;
    return {
      ...drawn(result),
      name: names.get(own[0].trial),
      several: own.length > 1 ? own.length : 0,
      numbers,
      weight,
      share: Number.isNaN(weight) ? "out" : `${plotWords.decimal(weight, 1)}%`,
    };
  }

  function poolLine(name, pool, kind) {
    const [low, high] = pool.reliable ? placed(pool.ci_low, pool.ci_high) : [NaN, NaN];
    return {
      name,
      kind,
      yi: scale.turn * pool.estimate,
      low,
      high,
      predicted: words.predicts(pool) ? placed(pool.pi_low, pool.pi_high) : null,
      numbers: pool.reliable ? words.estimate(pool) : words.number(pool.estimate),
    };
  }

  // ---- the controls ----

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function build() {
    const heading = element("h3", { id: "try", textContent: "Try other choices" });
    const about = element("p", {
      textContent: "Leave trials out, or choose other results or another model: the numbers below follow at once. A choice that is made after seeing the results is weaker evidence than the analysis plan.",
    });
    const drawing = element("div", { className: "plot-drawing" });
    const sentence = element("p", { className: "plot-sentence" });
    sentence.setAttribute("aria-live", "polite");
    sentence.setAttribute("aria-atomic", "true");
    const facts = element("dl", { className: "facts" });
    const comparison = element("p", { className: "plot-comparison" });
    const unknown = element("p", {
      className: "note",
      hidden: true,
      textContent: "The address names a choice that this page does not have. That part of it is ignored.",
    });
    const fields = {
      set: field("set", choices.set.map(setOption)),
      model: field("model", choices.model),
      ...(several && { results: field("results", choices.results) }),
      tau2: field("tau2", choices.tau2),
      ci: field("ci", choices.ci),
    };
    const hint = element("p", {
      id: "plot-hint",
      className: "plot-hint",
      textContent: "Some trials have several results. Robust variance has an estimator of τ² and an interval of its own; choose the mean of each trial to compare others.",
    });
    for (const key of ["tau2", "ci"]) fields[key].setAttribute("aria-describedby", hint.id);
    const labels = { set: "Results", model: "Model", results: "Several results of a trial", tau2: "Estimator of τ²", ci: "Interval" };
    const controls = KEYS.filter((key) => fields[key]).map((key) => element("label", {}, labels[key], fields[key]));
    const reset = element("button", { type: "button", textContent: "Back to the analysis plan" });
    reset.addEventListener("click", () => choose({ ...plan }));
    const link = element("a", { textContent: "Link to this choice" });
    const list = trialList();
    const choicesPart = element("div", { className: "plot-choices" }, ...controls, hint, list.details, element("p", { className: "plot-actions" }, reset, link));
    const result = element("div", { className: "plot-result" }, sentence, facts, comparison);
    place.setAttribute("role", "group");
    place.setAttribute("aria-labelledby", "try");
    place.append(heading, about, unknown, element("div", { className: "plot-parts" }, drawing, result, choicesPart));
    place.hidden = false;
    return { drawing, sentence, facts, comparison, unknown, fields, hint, link, ...list };
  }

  function field(key, options) {
    const select = element("select", { name: key });
    select.append(...options.map(([name, label, disabled]) => Object.assign(new Option(label, name), { disabled: disabled === true })));
    select.addEventListener("change", () => choose({ [key]: select.value }));
    return select;
  }

  /** A set says where it has no results, or those of another one. */
  function setOption([name, label, members], i) {
    if (!members.length) return [name, `${label} (none)`, true];
    const same = (other) => other.length === members.length && other.every((row, j) => row === members[j]);
    const before = choices.set.slice(0, i).find(([, , other]) => same(other));
    return [name, before ? `${label} (the same results)` : label];
  }

  function trialList() {
    const summary = element("summary");
    const boxes = new Map();
    const legend = element("legend", { textContent: "Trials to pool" });
    const fieldset = element("fieldset", {}, legend);
    for (const [trial, name] of trials) {
      const box = element("input", { type: "checkbox", value: trial });
      box.addEventListener("change", () => {
        const without = new Set(choice.without);
        if (box.checked) without.delete(trial);
        else without.add(trial);
        choose({ without });
      });
      boxes.set(trial, box);
      const own = trialRows.get(trial).length;
      fieldset.append(element("label", {}, box, own > 1 ? `${name}, ${own} results` : name));
    }
    const all = element("button", { type: "button", textContent: "All" });
    all.addEventListener("click", () => choose({ without: new Set() }));
    const none = element("button", { type: "button", textContent: "None" });
    none.addEventListener("click", () => choose({ without: new Set(names.keys()) }));
    const buttons = element("p", { className: "plot-actions" }, all, none);
    const details = element("details", { open: window.matchMedia("(min-width: 60rem)").matches }, summary, buttons, fieldset);
    return { details, boxes, trials: summary };
  }
})();
