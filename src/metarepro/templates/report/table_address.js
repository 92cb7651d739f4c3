// The filters of a page's tables as the fragment of an address, so that what is shown can be cited:
// "#rows&claims.find=smith&claims.Verdict=supported". Filters that are not set are left out.
"use strict";

const tableAddress = (() => {
  /** The first word of a fragment that names filters. */
  const NAME = "rows";

  /**
   * Read a fragment.
   * @param {string} fragment without "#"
   * @returns {?Map<string, string>} key of a filter to its value; null for a fragment of another
   *   kind. Nothing is known yet of the keys: whoever has a filter asks for its own.
   */
  function read(fragment) {
    if (fragment !== NAME && !fragment.startsWith(`${NAME}&`)) return null;
    return new Map(new URLSearchParams(fragment.slice(NAME.length + 1)));
  }

  /**
   * Write filters.
   * @param {{key: string, value: string}[]} filters
   * @returns {string} with "#"; "" if none is set
   */
  function write(filters) {
    const set = filters.filter(({ value }) => value !== "").map(({ key, value }) => [key, value]);
    return set.length ? `#${NAME}&${new URLSearchParams(set)}` : "";
  }

  return Object.freeze({ NAME, read, write });
})();
