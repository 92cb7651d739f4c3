// Estimators of tau2, the variance of the true effects between trials, of independent effects.
//
// Definitions are those of metarepro.models.tau2: a negative estimate is 0, Sidik and Jonkman start
// from the variance with divisor k, and the empirical Bayes estimator is Paule and Mandel's equation.
"use strict";

const tau2Estimators = (() => {
  const POINTS_A_DECADE = 12;
  const FLAT_BELOW = 1e-4;

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const mean = (values) => sum(values) / values.length;

  /**
   * Weighted mean under given weights, with the sums that the estimators are made of.
   *
   * P = W - W 1 1'W / sum w, so that q = y'Py and trace = tr P (Viechtbauer 2005).
   * @param {number[]} yi effects
   * @param {number[]} w weights
   * @returns {{estimate: number, r: number[], w: number[], sumW: number, q: number, trace: number}}
   */
  function weighted(yi, w) {
    const sumW = sum(w);
    const estimate = sum(w.map((weight, i) => weight * yi[i])) / sumW;
    const r = yi.map((y) => y - estimate);
    const q = sum(w.map((weight, i) => weight * r[i] * r[i]));
    return { estimate, r, w, sumW, q, trace: sumW - sum(w.map((weight) => weight * weight)) / sumW };
  }

  /** The same with inverse-variance weights at tau2. */
  function fitAt(yi, vi, tau2) {
    return weighted(yi, vi.map((v) => 1 / (v + tau2)));
  }

  /** y'PPy. */
  function secondForm(fit) {
    return sum(fit.w.map((weight, i) => (weight * fit.r[i]) ** 2));
  }

  /** Where a falling function is 0 between two ends, by halving. */
  function root(falling, low, high) {
    for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
      if (falling(middle) > 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /** (Q - (k - 1)) / tr P at tau2 = 0 (DerSimonian & Laird 1986). */
  function dersimonianLaird(yi, vi) {
    const fit = fitAt(yi, vi, 0);
    return (fit.q - (yi.length - 1)) / fit.trace;
  }

  /** Variance of the effects less the mean sampling variance (Hedges & Olkin 1985). */
  function hedges(yi, vi) {
    return weighted(yi, yi.map(() => 1)).q / (yi.length - 1) - mean(vi);
  }

  /** (Q - k) / sum w at tau2 = 0 (Hunter & Schmidt 2004). */
  function hunterSchmidt(yi, vi) {
    const fit = fitAt(yi, vi, 0);
    return (fit.q - yi.length) / fit.sumW;
  }

  /** tau0 y'Py / (k - 1), weights at tau0 = sum (y - mean)^2 / k (Sidik & Jonkman 2005). */
  function sidikJonkman(yi, vi) {
    const start = weighted(yi, yi.map(() => 1)).q / yi.length;
    return (start * fitAt(yi, vi, start).q) / (yi.length - 1);
  }

  /** The root of y'Py = k - 1 (Paule & Mandel 1982; as empirical Bayes: Morris 1983). */
  function pauleMandel(yi, vi) {
    const excess = (tau2) => fitAt(yi, vi, tau2).q - (yi.length - 1);
    if (excess(0) <= 0) return 0;
    // y'Py <= sum of squares / tau2: the weights are below 1 / tau2.
    return root(excess, 0, 1.01 * Math.max(squares(yi) / (yi.length - 1), Math.min(...vi)));
  }

  /** Sum of squares around the plain mean. */
  function squares(yi) {
    return weighted(yi, yi.map(() => 1)).q;
  }

  /** The highest maximum of the likelihood: a root of y'PPy = sum w (Viechtbauer 2005). */
  function maximumLikelihood(yi, vi) {
    return highestMaximum(yi, vi, (fit) => fit.sumW, () => 0);
  }

  /** The same of the restricted likelihood: y'PPy = tr P (Viechtbauer 2005; Raudenbush 2009). */
  function restrictedMaximumLikelihood(yi, vi) {
    return highestMaximum(yi, vi, (fit) => fit.trace, (fit) => Math.log(fit.sumW));
  }

  // A likelihood may have several maxima: its slope is looked at on a grid below whose last point
  // all of them lie, and every fall through 0 is solved.
  function highestMaximum(yi, vi, target, restriction) {
    const slope = (tau2) => {
      const fit = fitAt(yi, vi, tau2);
      return secondForm(fit) - target(fit);
    };
    const height = (tau2) => {
      const fit = fitAt(yi, vi, tau2);
      return sum(fit.w.map((weight) => Math.log(weight))) - fit.q - restriction(fit);
    };
    const points = grid(squares(yi), Math.min(...vi));
    const rises = points.map((point) => slope(point) > 0);
    const tops = rises[0] ? [] : [0];
    for (let i = 1; i < points.length; i += 1) {
      if (rises[i - 1] && !rises[i]) tops.push(root(slope, points[i - 1], points[i]));
    }
    return tops.reduce((best, top) => (height(top) > height(best) ? top : best));
  }

  function grid(spread, least) {
    const bottom = FLAT_BELOW * least;
    const ratio = (1.01 * Math.max(spread, least)) / bottom;
    const last = 1 + Math.trunc(POINTS_A_DECADE * Math.log10(ratio));
    return [0, ...Array.from({ length: last + 1 }, (_, i) => bottom * ratio ** (i / last))];
  }

  const formulas = {
    DL: dersimonianLaird,
    HE: hedges,
    HS: hunterSchmidt,
    SJ: sidikJonkman,
    PM: pauleMandel,
    EB: pauleMandel,
    ML: maximumLikelihood,
    REML: restrictedMaximumLikelihood,
  };

  /**
   * Estimate tau2 (Veroniki and others 2016 compare the estimators).
   * @param {string} name a key of `metarepro.models.tau2.ESTIMATORS`
   * @param {number[]} yi effects, two or more
   * @param {number[]} vi sampling variances
   * @returns {number} never negative
   */
  function estimate(name, yi, vi) {
    return Math.max(0, formulas[name](yi, vi));
  }

  return Object.freeze({ names: Object.freeze(Object.keys(formulas)), estimate, fitAt, sum, mean });
})();
