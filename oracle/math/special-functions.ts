/** Error function and standard normal distribution in double precision, accurate in relative terms in the tails. */

const SQRT_2PI = Math.sqrt(2 * Math.PI);
const SQRT_PI = Math.sqrt(Math.PI);

// Rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
// Mathematics of Computation 23 (1969) 631-637; highest power first.
const ERF_NUMERATOR = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const ERF_DENOMINATOR = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const MIDDLE_NUMERATOR = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const MIDDLE_DENOMINATOR = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const FAR_NUMERATOR = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const FAR_DENOMINATOR = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];
/** Borders of Cody's three intervals. */
const ERF_NEAR = 0.46875;
const ERF_FAR = 4;
/** Cody rounds x to sixteenths before squaring, so that exp(−x²) keeps its relative accuracy in the tail. */
const SQUARE_SPLIT = 16;
/** From here on exp(−x²) is below half the smallest double, √(1 075 ln 2) = 27.3; x itself may be too large to square. */
const SQUARE_UNDERFLOW = 28;

// Rational approximations of M. J. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484;
// highest power first.
const CENTRE_NUMERATOR = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRE_DENOMINATOR = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const TAIL_NUMERATOR = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const TAIL_DENOMINATOR = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const DEEP_NUMERATOR = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const DEEP_DENOMINATOR = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
];
/** Borders and shifts of AS 241: |p − ½| ≤ 0.425 is the centre, √(−ln p) ≤ 5 the tail. */
const CENTRE_HALF_WIDTH = 0.425;
const CENTRE_SQUARE = CENTRE_HALF_WIDTH * CENTRE_HALF_WIDTH;
const TAIL_BORDER = 5;
const TAIL_SHIFT = 1.6;

/**
 * Complementary error function 2/√π ∫ₓ^∞ exp(−t²) dt, relative accuracy about 1e-15 (Cody 1969).
 *
 * @param x any number; NaN gives NaN, +∞ gives 0, −∞ gives 2.
 */
export function erfc(x: number): number {
  const size = Math.abs(x);
  if (size <= ERF_NEAR) return 1 - (x * polynomial(ERF_NUMERATOR, x * x)) / polynomial(ERF_DENOMINATOR, x * x);
  const tail = size <= ERF_FAR ? middleErfc(size) : farErfc(size);
  return x < 0 ? 2 - tail : tail;
}

/** Density of the standard normal distribution at `x`. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI;
}

/** Distribution function of the standard normal, relative accuracy 1e-13 down to the smallest lower tails. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

/**
 * Quantile of the standard normal, relative accuracy about 1e-15 (Wichura 1988, AS 241).
 *
 * @param probability in [0, 1]; 0 gives −∞, 1 gives +∞, anything outside gives NaN.
 */
export function normalInverse(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  const centred = probability - 0.5;
  if (Math.abs(centred) <= CENTRE_HALF_WIDTH) {
    const square = CENTRE_SQUARE - centred * centred;
    return (centred * polynomial(CENTRE_NUMERATOR, square)) / polynomial(CENTRE_DENOMINATOR, square);
  }
  const tail = centred < 0 ? probability : 1 - probability;
  if (tail === 0) return centred < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const root = Math.sqrt(-Math.log(tail));
  return Math.sign(centred) * (root <= TAIL_BORDER ? tailQuantile(root) : deepQuantile(root));
}

function tailQuantile(root: number): number {
  return polynomial(TAIL_NUMERATOR, root - TAIL_SHIFT) / polynomial(TAIL_DENOMINATOR, root - TAIL_SHIFT);
}

function deepQuantile(root: number): number {
  return polynomial(DEEP_NUMERATOR, root - TAIL_BORDER) / polynomial(DEEP_DENOMINATOR, root - TAIL_BORDER);
}

function middleErfc(size: number): number {
  return expMinusSquare(size) * (polynomial(MIDDLE_NUMERATOR, size) / polynomial(MIDDLE_DENOMINATOR, size));
}

function farErfc(size: number): number {
  const decay = expMinusSquare(size);
  if (decay === 0) return 0;
  const inverseSquare = 1 / (size * size);
  const correction =
    (inverseSquare * polynomial(FAR_NUMERATOR, inverseSquare)) / polynomial(FAR_DENOMINATOR, inverseSquare);
  return (decay * (1 / SQRT_PI - correction)) / size;
}

function expMinusSquare(size: number): number {
  if (size >= SQUARE_UNDERFLOW) return 0;
  const coarse = Math.trunc(size * SQUARE_SPLIT) / SQUARE_SPLIT;
  return Math.exp(-coarse * coarse) * Math.exp(-(size - coarse) * (size + coarse));
}

/** Horner's scheme, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}
