// How words are compared when readers look for them: without case, accents and apostrophes.
"use strict";

const wordSearch = (() => {
  /** Letters that no accent is taken off: each with what it is typed as. */
  const TYPED = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" };

  /**
   * What a text is compared by.
   * @param {string} text
   * @returns {string} for "O’Neill, Müller" "oneill, muller"
   */
  function fold(text) {
    const plain = text.toLowerCase().normalize("NFKD").replace(/[\p{M}'’`]/gu, "");
    return plain.replace(/[ßæœøđðþłı]/g, (letter) => TYPED[letter]);
  }

  /**
   * The words of a query, in any order; each is to be found.
   * @param {string} query
   * @returns {string[]}
   */
  function parts(query) {
    return fold(query).split(/[\s,;]+/).filter(Boolean);
  }

  return Object.freeze({ fold, parts });
})();
