// Tail probabilities and critical values of the normal, t and chi-squared distributions.
"use strict";

const distributions = (() => {
  const MAX_STEPS = 10000;
  const SMALL = 1e-300;
  const DIGITS = 1e-16;
  // Lanczos's approximation with g = 7 (Press and others 2007, section 6.1).
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
    -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
    1.5056327351493116e-7,
  ];

  /** Logarithm of the gamma function of x > 0. */
  function logGamma(x) {
    if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
    const sum = LANCZOS.slice(1).reduce((total, term, i) => total + term / (x + i), LANCZOS[0]);
    const base = x + 6.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum);
  }

  /** Value of b0 + a1 / (b1 + a2 / (b2 + ...)) by the method of Lentz; term(n) gives [a_n, b_n]. */
  function continuedFraction(first, term) {
    let value = first || SMALL;
    let c = value;
    let d = 0;
    for (let n = 1; n < MAX_STEPS; n += 1) {
      const [a, b] = term(n);
      d = 1 / (b + a * d || SMALL);
      c = b + a / c || SMALL;
      value *= c * d;
      if (Math.abs(c * d - 1) < DIGITS * 10) return value;
    }
    throw new RangeError("a continued fraction did not converge");
  }

  /** Regularised upper incomplete gamma function Q(a, x) (Press and others 2007, section 6.2). */
  function upperGamma(a, x) {
    if (x <= 0) return 1;
    const front = Math.exp(a * Math.log(x) - x - logGamma(a));
    if (x < a + 1) {
      let term = 1 / a;
      let sum = term;
      for (let n = 1; term > sum * DIGITS; n += 1) {
        term *= x / (a + n);
        sum += term;
      }
      return 1 - front * sum;
    }
    const fraction = continuedFraction(x + 1 - a, (n) => [n * (a - n), x + 2 * n + 1 - a]);
    return front / fraction;
  }

  /** Regularised incomplete beta function (Press and others 2007, section 6.4). */
  function incompleteBeta(x, a, b) {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
    const front = Math.exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
    );
    const fraction = continuedFraction(1, (n) => {
      const m = Math.floor(n / 2);
      const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
      const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
      return [n % 2 ? odd : even, 1];
    });
    return front / (a * fraction);
  }

  /**
   * Two-sided p of a statistic.
   * @param {number} statistic z, or t with degrees of freedom
   * @param {number} df degrees of freedom, above 0 and of any fraction; NaN for a normal reference
   * @returns {number}
   */
  function twoSidedP(statistic, df) {
    if (Number.isNaN(statistic)) return NaN;
    const square = statistic * statistic;
    return Number.isNaN(df) ? upperGamma(0.5, square / 2) : incompleteBeta(df / (df + square), df / 2, 0.5);
  }

  /**
   * Half-width of a two-sided interval in standard errors, by halving.
   * @param {number} level coverage, 0 to 1
   * @param {number} df as of `twoSidedP`
   * @returns {number}
   */
  function criticalValue(level, df) {
    let [low, high] = [0, 1];
    while (twoSidedP(high, df) > 1 - level) [low, high] = [high, 2 * high];
    for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
      if (twoSidedP(middle, df) > 1 - level) low = middle;
      else high = middle;
    }
    return high;
  }

  /** Chance that chi-squared with df degrees of freedom exceeds q. */
  function chiSquaredP(q, df) {
    return upperGamma(df / 2, q / 2);
  }

  return Object.freeze({ twoSidedP, criticalValue, chiSquaredP });
})();
