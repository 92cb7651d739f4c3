// A choice of the forest plot to try as the fragment of an address, so that it can be cited:
// "#try&set=randomised&without=smith2001,jones2014". What is as in the analysis plan is left out.
"use strict";

const plotAddress = (() => {
  /** The first word of a fragment that names a choice. */
  const NAME = "try";
  /** The keys of a choice beside `without`, the trials that are left out. */
  const KEYS = Object.freeze(["set", "model", "results", "tau2", "ci"]);

  /**
   * Read a fragment. Nothing of it gets through but values that the page knows.
   * @param {string} fragment without "#"
   * @param {Object} plan the choice of the analysis plan: each of `KEYS`, and `without`
   * @param {Object} choices each of `KEYS` to the list of its options, whose first part is the value
   * @param {{has: function(string): boolean}} trials
   * @returns {?{choice: Object, unknown: boolean}} null for a fragment that names no choice;
   *   `unknown` tells that a part of it was ignored
   */
  function read(fragment, plan, choices, trials) {
    if (fragment !== NAME && !fragment.startsWith(`${NAME}&`)) return null;
    const choice = { ...plan };
    let unknown = false;
    for (const [key, value] of new URLSearchParams(fragment.slice(NAME.length + 1))) {
      if (KEYS.includes(key) && choices[key].some(([name]) => name === value)) choice[key] = value;
      else if (key === "without") {
        const asked = value.split(",");
        choice.without = new Set(asked.filter((trial) => trials.has(trial)));
        unknown ||= !asked.every((trial) => trials.has(trial));
      } else unknown = true;
    }
    return { choice, unknown };
  }

  /**
   * Write a choice; "" for that of the analysis plan.
   * @param {Object} choice
   * @param {Object} plan
   * @returns {string} with "#"
   */
  function write(choice, plan) {
    const parts = KEYS.filter((key) => choice[key] !== plan[key]).map((key) => `${key}=${choice[key]}`);
    if (choice.without.size) parts.push(`without=${Array.from(choice.without).sort().join(",")}`);
    return parts.length ? `#${[NAME, ...parts].join("&")}` : "";
  }

  return Object.freeze({ NAME, KEYS, read, write });
})();
