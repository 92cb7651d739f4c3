// The forest plot that readers try choices on: what is chosen, pooled and shown.
"use strict";

(() => {
  const { KEYS } = plotAddress;
  const given = JSON.parse(document.getElementById("plot-data").textContent);
  const { analysis, choices, rows } = given;
  const place = document.querySelector("[data-plot]");
  const names = new Map(given.trials);
  const results = new Map(pooling.byTrial(rows).map((own) => [own[0].trial, own]));
  const sets = new Map(choices.set.map(([name, , members]) => [name, members.map((row) => rows[row])]));
  const scale = { ...given.scale, ...plotWords.transformations[given.scale.transformation] };
  const words = plotWords.wordsFor(given.scale, given);
  const critical = distributions.criticalValue(analysis.level, NaN);
  const zero = scale.null === null ? null : scale.place(scale.null);

  const plan = Object.freeze({ set: "plan", ...methods(analysis), without: new Set() });
  const planned = pooled(plan).pool;
  let choice = plan;
  let current = pooled(plan);

  const trials = given.trials.map(([trial, name]) => ({ trial, name, count: results.get(trial).length }));
  const ui = plotControls.build(place, choices, trials, choose, () => choose(plan), given.three_levels);
  const reach = plotDrawing.reach(trials.map(({ trial }) => interval(results.get(trial))), zero);
  update(plan);
  readAddress();
  window.addEventListener("hashchange", readAddress);
  new ResizeObserver(redraw).observe(ui.drawing);

  // ---- what is chosen ----

  function readAddress() {
    const found = plotAddress.read(location.hash.slice(1), plan, choices, names);
    if (!found) return;
    ui.unknown.hidden = !found.unknown;
    update(found.choice);
    place.scrollIntoView();
  }

  function choose(changed) {
    ui.unknown.hidden = true;
    update({ ...choice, ...changed });
    history.replaceState(null, "", location.pathname + location.search + plotAddress.write(choice, plan));
  }

  function methods({ model, results: how, tau2, ci }) {
    return { model, results: how, tau2, ci };
  }

  /** The trials of which the chosen set has results. */
  function offered({ set }) {
    return new Set(sets.get(set).map(({ trial }) => trial));
  }

  // ---- what is pooled ----

  /** The rows of a choice and their pool; null where nothing is left or it cannot be pooled. */
  function pooled({ set, without, ...how }) {
    const members = sets.get(set).filter(({ trial }) => !without.has(trial));
    try {
      return { members, pool: pooling.pool(members, { ...analysis, ...how }) };
    } catch (error) {
      if (error instanceof RangeError) return { members, pool: null };
      throw error;
    }
  }

  // ---- what is shown ----

  function update(asked) {
    const there = offered(asked);
    choice = { ...asked, without: new Set(Array.from(asked.without).filter((trial) => there.has(trial))) };
    current = pooled(choice);
    showControls(there);
    showResult();
    redraw();
  }

  function showControls(there) {
    const robust = current.pool?.model === "correlated_effects";
    const common = choice.model === "common";
    for (const [key, field] of Object.entries(ui.fields)) field.value = choice[key];
    if (ui.fields.results) ui.fields.results.disabled = common;
    ui.fields.tau2.disabled = robust || common;
    ui.fields.ci.disabled = robust;
    ui.hint.hidden = !robust;
    for (const [trial, box] of ui.boxes) {
      box.disabled = !there.has(trial);
      box.checked = there.has(trial) && !choice.without.has(trial);
    }
    ui.summary.textContent = `Trials: ${there.size - choice.without.size} of ${trials.length} chosen`;
    ui.link.href = plotAddress.write(choice, plan) || `#${plotAddress.NAME}`;
  }

  function showResult() {
    const { pool } = current;
    const { min_trials_for_interval: fewest, trusted_df: trusted } = analysis.thresholds;
    showSentence(current);
    ui.comparison.textContent = pool && given.analyses ? words.comparison(pool, given.analyses, fewest) : "";
    const facts = pool && [
      [`Pooled ${scale.heading}`, words.estimate(pool)],
      [scale.prediction, words.predictionInterval(pool)],
      ["Heterogeneity", words.heterogeneity(pool)],
      ["Model", words.model(pool, trusted)],
      ["Remarks", words.remarks(pool)],
    ];
    plotControls.fillFacts(ui.facts, facts ?? []);
  }

  /** Of the analysis plan, a wide page has said the rest at its head. */
  function showSentence({ members, pool }) {
    const found = differences();
    ui.sentence.classList.toggle("planned", !found.length);
    if (!pool) {
      const none = "No trial is chosen: there is nothing to pool.";
      ui.sentence.textContent = members.length ? "These results cannot be pooled." : none;
      return;
    }
    const how = found.length ? `Differs from the analysis plan (${found.join(", ")})` : "As in the analysis plan";
    const counts = `${plotWords.counted(pool.n_trials, "trial")} with ${plotWords.counted(members.length, "result")}`;
    const rest = document.createElement("span");
    rest.textContent = `: ${counts}. ${words.sentence(pool)}`;
    ui.sentence.replaceChildren(how, rest);
  }

  /** In what the choice differs from the analysis plan, of what counts in it. */
  function differences() {
    const counts = (key) => choice[key] !== plan[key] && ui.fields[key]?.disabled === false;
    const found = KEYS.filter(counts).map((key) => plotControls.LABELS[key].replace(/^[A-Z]/, (letter) => letter.toLowerCase()));
    const without = choice.without.size;
    if (without) found.push(`${plotWords.counted(without, "trial")} left out`);
    return found;
  }

  // ---- what is drawn ----

  function redraw() {
    const width = Math.floor(ui.drawing.clientWidth);
    if (!width) return;
    const { pool } = current;
    const there = offered(choice);
    const plot = {
      lines: trials.filter(({ trial }) => there.has(trial)).map(trialLine(weights())),
      pools: [
        ...(pool ? [poolLine("This choice", pool, "chosen")] : []),
        ...(planned ? [poolLine("Analysis plan", planned, "planned")] : []),
      ],
      reach,
      zero,
      scale,
      heading: `${scale.heading}, weight`,
      title: pool ? `Forest plot of ${plotWords.counted(pool.n_trials, "trial")}: ${scale.symbol} ${words.estimate(pool)}` : "Forest plot",
    };
    ui.drawing.replaceChildren(plotDrawing.forest(plot, width));
  }

  /** The weight of each trial that is in, the sum of those of its results. */
  function weights() {
    const found = new Map();
    const { members, pool } = current;
    members.forEach(({ trial }, i) => found.set(trial, (found.get(trial) ?? 0) + (pool?.weights[i] ?? NaN)));
    return found;
  }

  /** The mean of a trial's results with its normal interval, as places on the axis. */
  function interval(own) {
    const { yi, vi } = pooling.trialMean(own, analysis.rho);
    const half = critical * Math.sqrt(vi);
    const numbers = `${words.number(yi)} ${words.bracketed(yi - half, yi + half)}`;
    return { yi: scale.turn * yi, low: scale.turn * yi - half, high: scale.turn * yi + half, half, numbers };
  }

  function trialLine(all) {
    return ({ trial, name }) => {
      const own = sets.get(choice.set).filter((row) => row.trial === trial);
      const weight = all.get(trial) ?? NaN;
      return {
        ...interval(own),
        name,
        several: own.length > 1 ? own.length : 0,
        weight,
        share: Number.isNaN(weight) ? "out" : `${plotWords.decimal(weight, 1)}%`,
      };
    };
  }

  function poolLine(name, pool, kind) {
    const placed = (low, high) => (scale.turn > 0 ? [low, high] : [-high, -low]);
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
})();
