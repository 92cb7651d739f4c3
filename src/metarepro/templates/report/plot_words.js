// Numbers and sentences about a pool, by the rules of metarepro.wording and report.plain_language.
// A browser test sets every sentence against theirs.
"use strict";

const plotWords = (() => {
  const DASH = "\u2013";
  const MINUS = "\u2212";
  /** Decimals that a limit may be printed with, so that 0.004 is not printed as 0.00. */
  const LIMIT_PLACES = Object.freeze([2, 3, 4, 5, 6]);
  /** From the scale of pooling to the printed one, and back. */
  const TRANSFORMATIONS = Object.freeze({
    same: { print: (x) => x, place: (x) => x },
    exp: { print: Math.exp, place: Math.log },
    tanh: { print: Math.tanh, place: Math.atanh },
    expit: { print: (x) => 1 / (1 + Math.exp(-x)), place: (x) => Math.log(x) - Math.log1p(-x) },
  });

  /** Fixed decimals; a tie, which only an exact half can be, goes to the even digit. */
  function fixed(value, places) {
    const halves = Math.abs(value) * 2 ** (places + 1);
    if (!Number.isInteger(halves) || halves % 2 === 0) return value.toFixed(places);
    const below = (halves * 5 ** places - 1) / 2;
    const digits = (below % 2 ? below + 1 : below) / 10 ** places;
    return (value < 0 ? -digits : digits).toFixed(places);
  }

  /** A number with a true minus sign; from 1,000 on three significant digits. */
  function decimal(value, places = 2) {
    if (Number.isNaN(value)) return "not reported";
    let text = fixed(value, places);
    if (!Number.isFinite(value)) text = value > 0 ? "∞" : "-∞";
    else if (Math.abs(value) >= 1000) text = Number(value.toPrecision(3)).toExponential().replace("e+", "e");
    else if (Number(text) === 0) text = text.replace("-", "");
    return text.replaceAll("-", MINUS);
  }

  function whole(value) {
    return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  function counted(value, noun) {
    return `${whole(value)} ${noun}${value === 1 ? "" : "s"}`;
  }

  /** A percentage; what is not quite all, or not quite nothing, does not look like it. */
  function percent(value) {
    const exact = Number(fixed(value, 6));
    if (exact >= 99.5 && exact < 100) return ">99%";
    if (exact > 0 && exact <= 0.5) return "<1%";
    return `${decimal(value, 0)}%`;
  }

  function pValue(value) {
    if (Number.isNaN(value)) return "p not reported";
    return value < 0.001 ? "p < 0.001" : `p = ${decimal(value, 3)}`;
  }

  /** Degrees of freedom, so that what is below the trusted ones does not look like them. */
  function degrees(df, trusted) {
    const text = decimal(df, 1);
    return df < trusted && text === decimal(trusted, 1) ? decimal(Math.floor(100 * df) / 100) : text;
  }

  /** A count of all as a share, never "100%" for less than all nor "0%" for more than none. */
  function share(count, all) {
    const percent = Math.round((100 * count) / all);
    if (count < all && percent === 100) return "more than 99%";
    if (count > 0 && percent === 0) return "less than 1%";
    return `${percent}%`;
  }

  /**
   * Words for pools of one synthesis.
   * @param {Object} scale how effects are printed, from `report.plot`
   * @param {Object} texts `flags` and `intervals` to words, and `no_reliable_interval`
   */
  function wordsFor(scale, texts) {
    const { print } = TRANSFORMATIONS[scale.transformation];
    const shown = (effect) => print(scale.turn * effect);
    const number = (effect) => decimal(shown(effect));
    const limits = (low, high) => (scale.turn > 0 ? [low, high] : [high, low]).map(shown);
    const printed = (effect) => Number(fixed(shown(effect), 2));
    const isNull = (effect) => printed(effect) === scale.null;
    const wide = scale.wide ?? Infinity;

    /** A limit with as many decimals as it takes not to look like no effect. */
    function limit(value) {
      const places = LIMIT_PLACES.find((some) => Number(fixed(value, some)) !== scale.null);
      return decimal(value, places ?? LIMIT_PLACES[0]);
    }

    function span(low, high) {
      return limits(low, high).map(limit).join(" to ");
    }

    function bracketed(low, high) {
      return `[${limits(low, high).map(limit).join(", ")}]`;
    }

    function includesNull(low, high) {
      const [first, last] = limits(low, high).map((end) => Number(fixed(end, LIMIT_PLACES.at(-1))));
      return first <= scale.null && scale.null <= last;
    }

    /** Why no interval is shown; "" if one is. */
    function withheld(pool) {
      if (pool.reliable) return "";
      const few = ["df_below_4", "two_or_three_trials"].some((flag) => pool.flags.includes(flag));
      return few ? texts.no_reliable_interval : "no reliable interval";
    }

    /** The same at the start of a sentence. */
    function noInterval(pool) {
      const why = withheld(pool);
      return `There ${why === texts.no_reliable_interval ? "are" : "is"} ${why}`;
    }

    /** The estimate with its interval, or the estimate and why there is none. */
    function estimate(pool) {
      const why = withheld(pool);
      if (why) return `${number(pool.estimate)} (${why})`;
      return Number.isNaN(pool.ci_low) ? number(pool.estimate) : `${number(pool.estimate)} ${bracketed(pool.ci_low, pool.ci_high)}`;
    }

    /** Whether a prediction interval tells more than the confidence interval. */
    function predicts(pool) {
      return pool.reliable && !pool.flags.includes("tau2_zero") && !Number.isNaN(pool.pi_low);
    }

    function predictionInterval(pool) {
      return predicts(pool) ? bracketed(pool.pi_low, pool.pi_high) : DASH;
    }

    function sizeWord(effect) {
      const size = Math.abs(Number(fixed(effect, 2)));
      return scale.sizes.find(([least]) => size >= least)?.[1] ?? "";
    }

    function anEffect(size) {
      return size ? `a ${size} effect` : "an effect";
    }

    function side(effect) {
      return `in favour of the ${effect > 0 ? "intervention" : "control group"}`;
    }

    function inWords(effect) {
      return isNull(effect) ? "no difference" : `${anEffect(sizeWord(effect))} ${side(effect)}`;
    }

    function average(pool) {
      const subject = pool.n_trials < 2 ? "The trial shows" : "On average, the trials show";
      let interval = Number.isNaN(pool.ci_low) ? "" : `, ${scale.ci} ${span(pool.ci_low, pool.ci_high)}`;
      if (!pool.reliable) interval = ""; // the next sentence says why
      return `${subject} ${inWords(pool.estimate)} (${scale.symbol} ${number(pool.estimate)}${interval}).`;
    }

    function intervalSentence(pool) {
      const { ci_low: low, ci_high: high } = pool;
      if (Number.isNaN(low)) {
        return "There is no confidence interval, so how precise the effect is remains unknown.";
      }
      if (!pool.reliable) {
        return `${noInterval(pool)}: the results of the individual trials say more than their average.`;
      }
      const tooWide = high - low > wide ? " It is too wide to say how large the effect is." : "";
      if (includesNull(low, high)) {
        return `The interval includes ${scale.no_effect}: it extends from ${inWords(low)} to ${inWords(high)}. Whether there is an effect remains unclear.${tooWide}`;
      }
      const [near, far] = [low, high].sort((a, b) => Math.abs(a) - Math.abs(b)).map(sizeWord);
      const sizes = near === far ? "" : ` and extends from a ${near} to a ${far} effect`;
      return `The interval excludes ${scale.no_effect}${sizes}.${tooWide}`;
    }

    function prediction(pool) {
      const { pi_low: low, pi_high: high } = pool;
      if (pool.n_trials < 2) return "A single trial cannot show what another would find.";
      if (pool.model.startsWith("common")) {
        return "The model assumes the same effect in all trials; it does not show what another would find.";
      }
      if (!["", texts.no_reliable_interval].includes(withheld(pool))) {
        return "Without a reliable interval, what another trial would find is not known.";
      }
      if (Number.isNaN(low) || !pool.reliable) {
        return "There are too few trials to say what another trial would find.";
      }
      if (!predicts(pool)) {
        return "The variance between trials was estimated as 0, which does not show that there is none: what another trial would find is not known.";
      }
      const between = `The true effect in another similar trial is expected to range from ${span(low, high)}`;
      if (!includesNull(low, high)) return `${between}, ${side(low)} throughout.`;
      const harm = low < 0 && !includesNull(low, low) ? ", or in favour of the control group" : "";
      return `${between}: it may be none${harm}.`;
    }

    function withoutComparison(pool) {
      const noun = pool.n_trials < 2 ? "The trial" : "The average of the trials";
      const interval = Number.isNaN(pool.ci_low) ? "" : ` ${bracketed(pool.ci_low, pool.ci_high)}`;
      const said = [`${noun}: ${scale.label} ${number(pool.estimate)}${pool.reliable ? interval : ""}.`];
      if (predicts(pool)) {
        said.push(`In another similar trial it is expected to range from ${span(pool.pi_low, pool.pi_high)}.`);
      }
      if (!pool.reliable) said.push(`${noInterval(pool)}.`);
      return said.join(" ");
    }

    /** What the numbers of a pool allow to say. */
    function sentence(pool) {
      if (!scale.compares) return withoutComparison(pool);
      return [average(pool), intervalSentence(pool), prediction(pool)].join(" ");
    }

    function heterogeneity(pool) {
      if (Number.isNaN(pool.tau2)) return DASH;
      const i2 = Number.isNaN(pool.i2_tau2) ? pool.i2_q : pool.i2_tau2;
      const p = Number.isNaN(pool.q_p) ? "" : `, ${pValue(pool.q_p)}`;
      return `I² ${percent(i2)}, τ² ${decimal(pool.tau2, 3)}, Q ${decimal(pool.q)} on ${decimal(pool.q_df, 1)} df${p}`;
    }

    /** The model of a pool. */
    function model({ model, tau2_method: tau2, ci_method: ci, rho, df }, trusted) {
      const interval = texts.intervals[ci];
      return {
        common: `Common effect, ${interval}`,
        common_of_means: `Common effect of the trials' means (rho ${rho}), ${interval}`,
        random: `Random effects, ${tau2}, ${interval}`,
        correlated_effects: `Correlated effects (rho ${rho}), robust variance, df ${degrees(df, trusted)}`,
        single_trial: "Single trial",
      }[model];
    }

    /** Flags in words; "none" without one. */
    function remarks(pool) {
      return pool.flags.map((flag) => texts.flags[flag]).join("; ") || "none";
    }

    /** How the result lies among all combinations of choices, `sensitivity.multiverse`. */
    function comparison(pool, analyses, fewest) {
      const all = analyses.n_different;
      const range = `${scale.symbol} ranges from ${span(analyses.lowest, analyses.highest)}, median ${number(analyses.median)}`;
      const many = `${whole(all)} different ${all === 1 ? "analysis" : "analyses"}`;
      const here = `This one (${scale.symbol} ${number(pool.estimate)}) lies ${place(pool.estimate, analyses)}`;
      const caution = "These are shares of analyses, which are not independent and not equally reasonable.";
      if (!scale.compares) return `Over ${many} the ${range}. ${here}.`;
      const counts = [analyses.share_above_zero, analyses.share_below_zero].map((part) => Math.round(part * all));
      const without = analyses.n_without_interval;
      const unclear = without ? `; ${whole(without)} ${without === 1 ? "has" : "have"} no reliable interval` : "";
      const found = without === all
        ? `None of ${many} has a reliable interval`
        : `Of ${many}, ${excluding(counts, all)}${unclear}`;
      return [
        `${found}. Their ${range}.`,
        `${here}, and ${conclusion(pool, fewest)}.`,
        caution,
      ].join(" ");
    }

    function excluding([above, below], all) {
      const sum = above + below;
      if (!sum) return `none has an interval that excludes ${scale.no_effect}`;
      const have = `${whole(sum)} (${share(sum, all)}) ${sum === 1 ? "has an interval that excludes" : "have intervals that exclude"}`;
      const sides = above && below
        ? `${whole(above)} ${side(1)} and ${whole(below)} ${side(-1)}`
        : `${sum > 1 ? "all " : ""}${side(above ? 1 : -1)}`;
      return `${have} ${scale.no_effect}, ${sides}`;
    }

    // As the analyses are counted: with fewer trials than that no interval is reliable.
    function conclusion(pool, fewest) {
      if (!pool.reliable || Number.isNaN(pool.ci_low) || pool.n_trials < fewest) return "it has no reliable interval";
      if (pool.ci_low <= 0 && pool.ci_high >= 0) return `its interval includes ${scale.no_effect}`;
      return `its interval excludes ${scale.no_effect}, ${side(pool.ci_low)}`;
    }

    function place(effect, { lowest, median, highest }) {
      const [low, high] = [printed(lowest), printed(highest)].sort((a, b) => a - b);
      const [own, middle] = [printed(effect), printed(median)];
      if (own < low || own > high) return own < low ? "below all of them" : "above all of them";
      if (own === middle) return "at their median";
      return own < middle ? "below their median" : "above their median";
    }

    return Object.freeze({
      ...{ number, bracketed, estimate, predicts, predictionInterval, sentence },
      ...{ heterogeneity, model, remarks, comparison },
    });
  }

  return Object.freeze({ transformations: TRANSFORMATIONS, wordsFor, decimal, whole, counted, share });
})();
