// The forest plot as SVG: a line for each trial, the pool, and the pool of the analysis plan.
"use strict";

const plotDrawing = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NARROW = 560; // below this, in CSS pixels, names and numbers stand above their lines
  const LETTER = 7.1; // an estimate of the width of one at 13 px
  const ARROW = 5;
  const STEPS = [1, 2, 5, 10];

  function draw(name, attributes, parent, words = "") {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    made.textContent = words;
    parent?.append(made);
    return made;
  }

  /**
   * The part of the axis that is drawn, the same for every choice so that what moves is the pool.
   *
   * It is set by the trials: all effects, no effect, and as much to both sides as the interval of a
   * middling trial reaches. Intervals beyond it end in arrows.
   * @param {{yi: number, half: number}[]} trials places on the axis
   * @param {number|null} zero the place of no effect
   * @returns {[number, number]}
   */
  function reach(trials, zero) {
    const halves = trials.map(({ half }) => half).sort((a, b) => a - b);
    const margin = 1.2 * halves[Math.floor(halves.length / 2)];
    const places = trials.map(({ yi }) => yi);
    const inside = zero === null ? places : [...places, zero];
    return [Math.min(...inside) - margin, Math.max(...inside) + margin];
  }

  /**
   * Round numbers of the printed scale within a part of the axis, about five.
   * @param {[number, number]} reach
   * @param {Object} scale transformation, print (place to number) and place (its inverse)
   * @returns {number[]}
   */
  function ticks([low, high], scale) {
    const decades = (high - low) / Math.LN10;
    const found = scale.transformation === "exp" && decades > 1 ? powers(low, decades) : steps(scale.print(low), scale.print(high));
    return found.filter((tick) => scale.place(tick) >= low && scale.place(tick) <= high);
  }

  function steps(from, to) {
    const raw = (to - from) / 5;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = unit * STEPS.find((factor) => factor * unit >= raw);
    const first = Math.ceil(from / step);
    const count = Math.floor(to / step) - first + 1;
    return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  function powers(low, decades) {
    const factors = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
    const stride = Math.max(1, Math.ceil(decades / 6));
    const first = stride * Math.floor(low / Math.LN10 / stride); // so that 1 is among them
    const exponents = Array.from({ length: Math.ceil(decades / stride) + 2 }, (_, i) => first + i * stride);
    return exponents.flatMap((exponent) => factors.map((factor) => Number((factor * 10 ** exponent).toPrecision(12))));
  }

  /**
   * Draw the plot.
   * @param {Object} plot
   * @param {Object[]} plot.lines of trials: name, several (results, or 0), yi, low, high, numbers,
   *   weight (NaN: not in), share (the weight in words)
   * @param {Object[]} plot.pools name, yi, low, high, predicted ([low, high] or null), numbers, kind
   * @param {[number, number]} plot.reach
   * @param {number|null} plot.zero
   * @param {Object} plot.scale transformation, print (place to number), place (its inverse), sides
   * @param {string} plot.heading of the numbers
   * @param {string} plot.title what it shows, for those who do not see it
   * @param {number} width in CSS pixels
   * @returns {SVGElement}
   */
  function forest(plot, width) {
    const narrow = width < NARROW;
    // On a phone the pool, which is what is asked, comes first.
    const parts = narrow ? [plot.pools, plot.lines] : [plot.lines, plot.pools];
    const rows = parts.flat();
    const longest = (texts) => LETTER * Math.max(...texts.map((text) => text.length));
    const names = narrow ? 0 : Math.min(longest(rows.map(nameOf)), 0.36 * width);
    const numbers = narrow ? 0 : longest([plot.heading, ...rows.map(numbersOf)]);
    const frame = {
      narrow,
      width,
      left: names + (narrow ? ARROW : 14),
      right: width - numbers - (narrow ? ARROW : 14),
      step: narrow ? 36 : 24,
      top: narrow ? 6 : 26,
      reach: plot.reach,
    };
    const bottom = frame.top + rows.length * frame.step + 10;
    const svg = draw("svg", { width, height: bottom + 40, viewBox: `0 0 ${width} ${bottom + 40}`, role: "img" });
    draw("title", {}, svg, plot.title);
    if (!narrow) draw("text", { x: width, y: 16, class: "number heading" }, svg, plot.heading);
    drawAxis(svg, plot, frame, bottom);
    drawZero(svg, plot, frame, rows.length);
    const heaviest = Math.max(...plot.lines.map(({ weight }) => weight || 0));
    rows.forEach((row, i) => {
      const y = frame.top + i * frame.step;
      drawWords(svg, row, frame, y);
      const middle = y + (narrow ? 26 : frame.step / 2);
      if (row.kind) drawPool(svg, row, frame, middle);
      else drawTrial(svg, row, frame, middle, heaviest);
    });
    const between = frame.top + parts[0].length * frame.step - 0.5;
    draw("line", { x1: 0, x2: width, y1: between, y2: between, class: "rule" }, svg);
    return svg;
  }

  function nameOf({ name, several }) {
    return several ? `${name}, mean of ${several}` : name;
  }

  function numbersOf({ numbers, share }) {
    return share ? `${numbers}, ${share}` : numbers;
  }

  /** Where a place of the axis lies on the sheet. */
  function across(place, { left, right, reach: [low, high] }) {
    return left + ((place - low) / (high - low)) * (right - left);
  }

  function drawAxis(svg, plot, frame, bottom) {
    draw("line", { x1: frame.left, x2: frame.right, y1: bottom, y2: bottom, class: "axis" }, svg);
    for (const tick of ticks(plot.reach, plot.scale)) {
      const x = across(plot.scale.place(tick), frame);
      draw("line", { x1: x, x2: x, y1: bottom, y2: bottom + 4, class: "axis" }, svg);
      draw("text", { x, y: bottom + 17, class: "tick" }, svg, String(tick).replace("-", "\u2212"));
    }
    const [left, right] = plot.scale.sides;
    draw("text", { x: frame.left, y: bottom + 34, class: "side" }, svg, left && `← ${left}`);
    draw("text", { x: frame.right, y: bottom + 34, class: "side end" }, svg, right && `${right} →`);
  }

  /** The line of no effect; where names stand above their lines it leaves them free. */
  function drawZero(svg, { zero, reach: [low, high] }, { narrow, top, step, ...frame }, count) {
    if (zero === null || zero < low || zero > high) return;
    const x = across(zero, frame);
    const parts = narrow ? Array.from({ length: count }, (_, i) => top + i * step) : [top];
    const [from, to] = narrow ? [18, step] : [0, count * step + 10];
    for (const y of parts) draw("line", { x1: x, x2: x, y1: y + from, y2: y + to, class: "zero" }, svg);
  }

  function drawWords(svg, row, { narrow, width, step, left }, y) {
    const base = y + (narrow ? 14 : step / 2 + 4.5);
    const of = row.kind ?? (Number.isNaN(row.weight) ? "out" : "in");
    const numbers = narrow ? row.numbers : numbersOf(row);
    const room = (narrow ? width - LETTER * numbers.length : left - 10) / (0.93 * LETTER);
    const full = narrow ? row.name : nameOf(row);
    const name = full.length > room ? `${full.slice(0, Math.floor(room) - 1)}…` : full;
    const label = draw("text", { x: 0, y: base, class: `name ${of}` }, svg, name);
    if (name !== full) draw("title", {}, label, full);
    draw("text", { x: width, y: base, class: `number ${of}` }, svg, numbers);
  }

  /** A line that ends in an arrow where it leaves the axis. */
  function drawInterval(svg, [low, high], frame, y, kind) {
    if (Number.isNaN(low) || Number.isNaN(high)) return;
    const [from, to] = frame.reach;
    if (high < from || low > to) return;
    const [x1, x2] = [Math.max(low, from), Math.min(high, to)].map((place) => across(place, frame));
    draw("line", { x1, x2, y1: y, y2: y, class: kind }, svg);
    if (low < from) draw("polygon", { points: arrow(x1, y, -1), class: `${kind} arrow` }, svg);
    if (high > to) draw("polygon", { points: arrow(x2, y, 1), class: `${kind} arrow` }, svg);
  }

  function arrow(x, y, way) {
    return `${x + way * ARROW},${y} ${x},${y - 4} ${x},${y + 4}`;
  }

  function drawTrial(svg, { yi, low, high, weight }, frame, y, heaviest) {
    const isIn = !Number.isNaN(weight);
    drawInterval(svg, [low, high], frame, y, isIn ? "interval" : "interval out");
    const side = isIn ? 4 + 9 * Math.sqrt(weight / heaviest) : 5;
    const corner = { x: across(yi, frame) - side / 2, y: y - side / 2, width: side, height: side };
    draw("rect", { ...corner, class: isIn ? "square" : "square out" }, svg);
  }

  function drawPool(svg, { yi, low, high, predicted, kind }, frame, y) {
    const [from, to] = frame.reach;
    if (predicted) drawInterval(svg, predicted, frame, y, `prediction ${kind}`);
    const shown = Number.isNaN(low) ? [yi, yi] : [low, high];
    if (yi < from || yi > to) return drawInterval(svg, shown, frame, y, `interval ${kind}`);
    // Without an interval that can be leaned on: a point, drawn as a small hollow diamond.
    const x = across(yi, frame);
    const ends = Number.isNaN(low)
      ? [x - 5, x + 5]
      : [Math.max(low, from), Math.min(high, to)].map((place) => across(place, frame));
    const points = `${ends[0]},${y} ${x},${y - 7} ${ends[1]},${y} ${x},${y + 7}`;
    draw("polygon", { points, class: `diamond ${kind}${Number.isNaN(low) ? " point" : ""}` }, svg);
    if (low < from) draw("polygon", { points: arrow(ends[0], y, -1), class: `diamond ${kind}` }, svg);
    if (high > to) draw("polygon", { points: arrow(ends[1], y, 1), class: `diamond ${kind}` }, svg);
    return undefined;
  }

  return Object.freeze({ reach, ticks, forest });
})();
