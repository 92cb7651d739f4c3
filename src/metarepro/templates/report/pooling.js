// Pooling of effects as metarepro.models does it: pure functions, which the page of a synthesis
// calls whenever a choice changes. A browser test sets them against the tables of both studies.
"use strict";

const pooling = (() => {
  const { sum, mean, fitAt } = tau2Estimators;
  /** A factor below this is the rounding of 0. */
  const NO_DISPERSION = Number.EPSILON;
  const MAX_RATIO = 1e10;

  /**
   * Factors of the variance 1 / sum w, from q / (k - 1); all but "z" refer to t with k - 1 df.
   *
   * "z": DerSimonian & Laird 1986. "t": Follmann & Proschan 1999. "knapp_hartung": Hartung & Knapp
   * 2001, Knapp & Hartung 2003. "knapp_hartung_conservative" never narrows: Roever, Knapp & Friede
   * 2015.
   */
  const INTERVALS = Object.freeze({
    z: () => 1,
    t: () => 1,
    knapp_hartung: (factor) => (factor <= NO_DISPERSION ? 0 : factor),
    knapp_hartung_conservative: (factor) => Math.max(factor, 1),
  });

  /**
   * @typedef {{trial: string, yi: number, vi: number}} Row an effect with its sampling variance
   * @typedef {Object} Settings
   * @property {"random"|"common"} model
   * @property {"all"|"mean"} results what is pooled of trials with several results
   * @property {string} tau2 a name of `tau2Estimators.names`
   * @property {string} ci a key of `INTERVALS`
   * @property {number} rho assumed correlation of the results of one trial
   * @property {number} level coverage of all intervals
   * @property {Object} thresholds as `metarepro.models.thresholds` has them, in small letters
   */

  /**
   * Pool effects; the model follows from the settings and the data, as `synthesis.pools.pool_trials`.
   *
   * One trial: its own effect. Every trial one result: inverse variance. Some trials several: robust
   * variance, or the means of the trials where these are asked for or the model is a common effect.
   * @param {Row[]} rows one or more
   * @param {Settings} settings
   * @returns {Object} the names of `metarepro.models.pooled.Pooled`; NaN for what is not defined
   * @throws {RangeError} for rows that cannot be pooled
   */
  function pool(rows, settings) {
    check(rows);
    const trials = byTrial(rows);
    if (trials.length === 1) return single(rows, settings);
    if (trials.length === rows.length) return independent(rows, settings);
    if (settings.model === "random" && settings.results === "all") return correlated(rows, settings);
    return ofMeans(rows, settings);
  }

  function check(rows) {
    if (!rows.length) throw new RangeError("there is no result to pool");
    if (!rows.every(({ yi, vi }) => Number.isFinite(yi) && Number.isFinite(vi) && vi > 0)) {
      throw new RangeError("effects must be finite, and variances finite and above 0");
    }
    const variances = rows.map(({ vi }) => vi);
    if (Math.max(...variances) / MAX_RATIO > Math.min(...variances)) {
      throw new RangeError("the variances lie too far apart for a pool with any digits");
    }
  }

  /** The rows of each trial, in the order in which the trials come. */
  function byTrial(rows) {
    const trials = new Map();
    for (const row of rows) trials.set(row.trial, [...(trials.get(row.trial) ?? []), row]);
    return Array.from(trials.values());
  }

  /**
   * Mean of the results of one trial and its variance (Borenstein and others 2009, chapter 24).
   * @param {Row[]} rows of one trial
   * @param {number} rho correlation of its results
   * @returns {Row}
   */
  function trialMean(rows, rho) {
    const variance = sum(rows.map(({ vi }) => vi));
    const between = sum(rows.map(({ vi }) => Math.sqrt(vi))) ** 2 - variance;
    const vi = rows.length === 1 ? variance : (variance + rho * between) / rows.length ** 2;
    return { trial: rows[0].trial, yi: mean(rows.map(({ yi }) => yi)), vi };
  }

  /**
   * Pool independent effects by inverse variance, one row for each.
   * @param {Row[]} rows two or more
   * @param {Settings} settings
   * @returns {Object}
   */
  function independent(rows, settings) {
    const [yi, vi] = [rows.map((row) => row.yi), rows.map((row) => row.vi)];
    const random = settings.model === "random";
    const tau2 = random ? tau2Estimators.estimate(settings.tau2, yi, vi) : NaN;
    const common = fitAt(yi, vi, 0);
    const fit = random ? fitAt(yi, vi, tau2) : common;
    const kDf = rows.length - 1;
    const se = Math.sqrt(INTERVALS[settings.ci](fit.q / kDf) / fit.sumW);
    const normal = settings.ci === "z";
    const few = rows.length < settings.thresholds.min_trials_for_interval;
    return finished(settings, {
      model: settings.model,
      tau2_method: random ? settings.tau2 : "",
      ci_method: settings.ci,
      rho: NaN,
      k: rows.length,
      n_trials: rows.length,
      ...inference(fit.estimate, se, normal ? NaN : kDf, tau2, settings.level),
      q: common.q,
      q_df: kDf,
      q_p: distributions.chiSquaredP(common.q, kDf),
      i2_q: excess(common.q, kDf),
      // The typical sampling variance is (k - 1) / tr P (Higgins & Thompson 2002, eq. 9).
      i2_tau2: (100 * tau2) / (tau2 + kDf / common.trace),
      weights: percent(fit.w),
      flags: raised({
        two_or_three_trials: few && !normal,
        normal_few_trials: few && normal && random,
        zero_standard_error: se === 0,
        tau2_zero: tau2 === 0,
      }),
    });
  }

  /** Pool the means of the trials; the results of a trial share its weight. */
  function ofMeans(rows, settings) {
    const trials = byTrial(rows);
    const pooled = independent(trials.map((own) => trialMean(own, settings.rho)), settings);
    const weight = new Map(trials.map((own, i) => [own[0].trial, pooled.weights[i] / own.length]));
    return {
      ...pooled,
      ...(settings.model === "common" && { model: "common_of_means", k: rows.length, rho: settings.rho }),
      weights: rows.map((row) => weight.get(row.trial)),
    };
  }

  /** A trial alone: its effect, or the mean of its results. */
  function single(rows, settings) {
    const { yi, vi } = trialMean(rows, settings.rho);
    return finished(settings, {
      model: "single_trial",
      tau2_method: "",
      ci_method: "z",
      rho: rows.length > 1 ? settings.rho : NaN,
      k: rows.length,
      n_trials: 1,
      ...inference(yi, Math.sqrt(vi), NaN, NaN, settings.level),
      ...Object.fromEntries(["q", "q_df", "q_p", "i2_q", "i2_tau2"].map((name) => [name, NaN])),
      weights: rows.map(() => 100 / rows.length),
      flags: [],
    });
  }

  /**
   * Pool effects of which several may come from one trial, with robust variance.
   *
   * Correlated-effects model of Hedges, Tipton & Johnson (2010); tau2, Q and its expectation in the
   * form of Fisher & Tipton (2015, eq. 7 to 9). Variance CR2 and Satterthwaite's degrees of freedom:
   * Tipton (2015), Pustejovsky & Tipton (2018). For a mean with equal weights inside a trial, h its
   * share of all weight, CR2 divides the squared score of the trial by 1 - h.
   * @param {Row[]} rows of two trials or more
   * @param {Settings} settings
   * @returns {Object}
   */
  function correlated(rows, settings) {
    const { rho, level, thresholds } = settings;
    const trials = byTrial(rows).map((own) => ({
      yi: mean(own.map(({ yi }) => yi)),
      vi: mean(own.map(({ vi }) => vi)),
      size: own.length,
      spread: squaresAround(own),
    }));
    const at = (tau2) => robustFit(trials, tau2);
    const start = at(0);
    const within = sum(trials.map(({ size }, j) => start.w[j] / size)) / start.sumW;
    const q = start.q + sum(trials.map(({ spread, size }, j) => (start.w[j] / size) * spread));
    const qDf = trials.length - within - rho * (1 - within);
    const tau2 = Math.max(0, (q - qDf) / start.trace);
    const fit = at(tau2);
    const shares = fit.w.map((weight) => weight / fit.sumW);
    const variance = sum(shares.map((h, j) => (h * fit.r[j]) ** 2 / (1 - h)));
    const se = variance * fit.sumW <= NO_DISPERSION ? 0 : Math.sqrt(variance);
    const df = satterthwaite(shares);
    const few = trials.length <= thresholds.robust_variance_leans;
    const width = se * distributions.criticalValue(level, df);
    const modelWidth = distributions.criticalValue(level, NaN) / Math.sqrt(fit.sumW);
    const weightOf = new Map(byTrial(rows).map((own, j) => [own[0].trial, (100 * shares[j]) / own.length]));
    return finished(settings, {
      model: "correlated_effects",
      tau2_method: "MM",
      ci_method: "satterthwaite",
      rho,
      k: rows.length,
      n_trials: trials.length,
      ...inference(fit.estimate, se, df, tau2, level),
      q,
      q_df: qDf,
      q_p: NaN,
      i2_q: excess(q, qDf),
      i2_tau2: NaN,
      weights: rows.map(({ trial }) => weightOf.get(trial)),
      flags: raised({
        df_below_4: df < thresholds.trusted_df,
        narrower_than_model: few && width > 0 && width < modelWidth,
        zero_standard_error: se === 0,
        few_trials: few,
        tau2_zero: tau2 === 0,
      }),
    });
  }

  /** The weights of a trial's n rows, 1 / (n (mean v + tau2)) each, add up to those of its mean. */
  function robustFit(trials, tau2) {
    return fitAt(trials.map(({ yi }) => yi), trials.map(({ vi }) => vi), tau2);
  }

  function squaresAround(rows) {
    const middle = mean(rows.map(({ yi }) => yi));
    return sum(rows.map(({ yi }) => (yi - middle) ** 2));
  }

  /** Degrees of freedom from the trials' shares of all weight (Pustejovsky & Tipton 2018, eq. 11). */
  function satterthwaite(shares) {
    const norms = shares.map((h) => h / (1 - h));
    const own = shares.map((h) => (h * h) / (1 - h));
    const crossed = sum(norms.map((norm, j) => norm * own[j]));
    const squared = sum(own) ** 2 - 2 * crossed + sum(norms.map((norm) => norm * norm));
    return Math.max(1, 1 / squared);
  }

  /** Test and intervals as `metarepro.models.inference`; without a standard error there are none. */
  function inference(estimate, se, df, tau2, level) {
    const statistic = se > 0 ? estimate / se : NaN;
    const critical = se > 0 ? distributions.criticalValue(level, df) : NaN;
    // Higgins, Thompson & Spiegelhalter 2009, with the reference of the confidence interval.
    const predicted = critical * Math.sqrt(tau2 + se * se);
    return {
      estimate,
      se,
      df,
      statistic,
      p_value: distributions.twoSidedP(statistic, df),
      ci_low: estimate - critical * se,
      ci_high: estimate + critical * se,
      tau2,
      pi_low: estimate - predicted,
      pi_high: estimate + predicted,
    };
  }

  /** max(0, (Q - df) / Q), in percent. */
  function excess(q, df) {
    return q > df ? (100 * (q - df)) / q : 0;
  }

  function percent(weights) {
    const total = sum(weights);
    return weights.map((weight) => (100 * weight) / total);
  }

  function raised(flags) {
    return Object.keys(flags).filter((flag) => flags[flag]);
  }

  /** Without the prediction interval of too few trials, and told whether its interval may be shown. */
  function finished({ thresholds }, pooled) {
    const predicts = pooled.n_trials >= thresholds.min_trials_for_prediction;
    return {
      ...pooled,
      ...(!predicts && { pi_low: NaN, pi_high: NaN }),
      reliable: !pooled.flags.some((flag) => thresholds.withholding.includes(flag)),
    };
  }

  return Object.freeze({
    pool,
    correlated,
    trialMean,
    byTrial,
    intervals: Object.freeze(Object.keys(INTERVALS)),
  });
})();
