/** Option prices under stochastic volatility with jumps in price and variance, by a cosine expansion of the exact law. */

/**
 * `d ln F = −(v/2 + λ m) dt + √v dW + J`, `dv = κ(θ − v) dt + ξ √v dB + Z`, `dW dB = ρ dt`; jumps come λ times a year, `J` is normal and `Z`
 * exponential, and m keeps F a martingale (Duffie, Pan and Singleton, Econometrica 68, 2000, section 4; their correlation of J and Z is zero).
 */
export interface SvcjParameters {
  /** Variance now and in the long run, a year. */
  readonly variance: number;
  readonly longVariance: number;
  /** κ, a year. */
  readonly reversion: number;
  /** ξ. */
  readonly volOfVol: number;
  /** ρ. */
  readonly correlation: number;
  /** λ, jumps a year. */
  readonly jumpRate: number;
  /** Mean and standard deviation of J. */
  readonly jumpMean: number;
  readonly jumpDeviation: number;
  /** Mean of Z. */
  readonly varianceJump: number;
}

/** Terms of the cosine expansion; twice as many change no implied volatility of the training domain by 0.01 points. */
const TERMS = 256;
/** Half width of the expansion in standard deviations, fat tails included (Fang and Oosterlee 2008, eq. 49, L = 10). */
const HALF_WIDTH = 12;

/** Mean of the annual variance of ln F over a tenor, jumps included: its square root is close to the volatility at the money. */
export function meanVariance(p: SvcjParameters, tenorYears: number): number {
  const long = p.longVariance + (p.jumpRate * p.varianceJump) / p.reversion;
  const faded = -Math.expm1(-p.reversion * tenorYears) / (p.reversion * tenorYears);
  return long + (p.variance - long) * faded + p.jumpRate * (p.jumpMean ** 2 + p.jumpDeviation ** 2);
}

/**
 * Values over the forward of calls at or above it and of puts below it.
 *
 * @param logMoneyness ln(K/F). `[n]`
 * @returns never negative. `[n]`
 */
export function svcjPrices(p: SvcjParameters, tenorYears: number, logMoneyness: ArrayLike<number>): Float64Array {
  const { low, width } = rangeOf(p, tenorYears);
  const weights = new Float64Array(2 * TERMS);
  for (let term = 0; term < TERMS; term += 1) {
    const frequency = (term * Math.PI) / width;
    const [re, im] = logCharacteristic(p, tenorYears, frequency);
    const size = Math.exp(re) * (term === 0 ? 0.5 : 1);
    const phase = im - frequency * low;
    weights[term] = size * Math.cos(phase);
    weights[TERMS + term] = frequency;
  }
  return Float64Array.from(logMoneyness, (place) => expansion({ low, width, weights }, place));
}

interface Expansion {
  readonly low: number;
  readonly width: number;
  /** Cosine coefficients, then their frequencies. */
  readonly weights: Float64Array;
}

/** Sums the put's payoff (eq. 22 and 23 of Fang and Oosterlee) and turns it by parity where the call is out of the money. */
function expansion({ low, width, weights }: Expansion, place: number): number {
  const strike = Math.exp(place);
  const reach = Math.min(Math.max(place - low, 0), width);
  const floor = Math.exp(low);
  let put = 0;
  for (let term = 0; term < TERMS; term += 1) {
    const u = weights[TERMS + term] ?? 0;
    const cosine = Math.cos(u * reach);
    const sine = Math.sin(u * reach);
    const exponential = (strike * (cosine + u * sine) - floor) / (1 + u * u);
    const flat = term === 0 ? reach : sine / u;
    put += (weights[term] ?? 0) * (strike * flat - exponential);
  }
  const value = (2 / width) * put;
  return Math.max(0, place >= 0 ? value + 1 - strike : value);
}

/** Where the law of ln F lies, from its second and fourth cumulants. */
function rangeOf(p: SvcjParameters, tenorYears: number): { readonly low: number; readonly width: number } {
  const variance = meanVariance(p, tenorYears) * tenorYears;
  const { jumpMean: mean, jumpDeviation: deviation } = p;
  const jumps = p.jumpRate * tenorYears * (mean ** 4 + 6 * mean ** 2 * deviation ** 2 + 3 * deviation ** 4);
  const mixing = 3 * (p.volOfVol ** 2 * Math.max(p.variance, p.longVariance) + 2 * p.jumpRate * p.varianceJump ** 2);
  const half = Math.min(1, tenorYears, 1 / p.reversion);
  const fourth = jumps + (mixing * half * half * tenorYears) / 3;
  const reach = HALF_WIDTH * Math.sqrt(variance + Math.sqrt(fourth));
  return { low: -variance / 2 - reach, width: 2 * reach };
}

/** Real and imaginary part of ln E[exp(iu ln(F_T/F))]; the form of the Heston part that has no branch cut (Albrecher et al. 2007). */
function logCharacteristic(p: SvcjParameters, tenor: number, u: number): readonly [number, number] {
  const { reversion: kappa, volOfVol: xi, correlation: rho } = p;
  const square = xi * xi;
  const beta: Complex = [kappa, -rho * xi * u];
  const root = squareRoot([
    kappa * kappa - (rho * xi * u) ** 2 + square * u * u,
    -2 * kappa * rho * xi * u + square * u,
  ]);
  const minus: Complex = [beta[0] - root[0], beta[1] - root[1]];
  const g = divide(minus, [beta[0] + root[0], beta[1] + root[1]]);
  const decay = exponential([-root[0] * tenor, -root[1] * tenor]);
  const faded = multiply(g, decay);
  const numerator: Complex = [1 - faded[0], -faded[1]];
  const ratio = logarithm(divide(numerator, [1 - g[0], -g[1]]));
  const q: Complex = [minus[0] / square, minus[1] / square];
  const slope = multiply(q, divide([1 - decay[0], -decay[1]], numerator));
  const drift = (kappa * p.longVariance) / square;
  const jumps = jumpPart(p, { tenor, u, root, g, decay, q });
  return [
    drift * (minus[0] * tenor - 2 * ratio[0]) + slope[0] * p.variance + jumps[0],
    drift * (minus[1] * tenor - 2 * ratio[1]) + slope[1] * p.variance + jumps[1],
  ];
}

interface HestonTerms {
  readonly tenor: number;
  readonly u: number;
  readonly root: Complex;
  readonly g: Complex;
  readonly decay: Complex;
  readonly q: Complex;
}

/** λ ( E[e^{iuJ}] ∫ ds / (1 − μ D(s)) − T − iu m T ), the integral in closed form. */
function jumpPart(p: SvcjParameters, { tenor, u, root, g, decay, q }: HestonTerms): Complex {
  const { jumpRate, jumpMean, jumpDeviation, varianceJump } = p;
  const a: Complex = [1 - varianceJump * q[0], -varianceJump * q[1]];
  const b: Complex = [g[0] - varianceJump * q[0], g[1] - varianceJump * q[1]];
  const far = multiply(b, decay);
  const log = logarithm(divide([a[0] - far[0], a[1] - far[1]], [a[0] - b[0], a[1] - b[1]]));
  const inverse = divide([1, 0], a);
  const share = isZero(b) ? ([0, 0] as const) : divide(g, b);
  const step = divide(multiply([inverse[0] - share[0], inverse[1] - share[1]], log), root);
  const integral: Complex = [inverse[0] * tenor + step[0], inverse[1] * tenor + step[1]];
  const size = exponential([(-(jumpDeviation ** 2) * u * u) / 2, jumpMean * u]);
  const jumped = multiply(size, integral);
  const compensator = Math.expm1(jumpMean + jumpDeviation ** 2 / 2);
  return [jumpRate * (jumped[0] - tenor), jumpRate * (jumped[1] - u * compensator * tenor)];
}

type Complex = readonly [number, number];

function isZero([re, im]: Complex): boolean {
  return re === 0 && im === 0;
}

function multiply([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

function divide([a, b]: Complex, [c, d]: Complex): Complex {
  const size = c * c + d * d;
  return [(a * c + b * d) / size, (b * c - a * d) / size];
}

function exponential([a, b]: Complex): Complex {
  const size = Math.exp(a);
  return [size * Math.cos(b), size * Math.sin(b)];
}

function logarithm([a, b]: Complex): Complex {
  return [Math.log(a * a + b * b) / 2, Math.atan2(b, a)];
}

/** The root with a non-negative real part. */
function squareRoot([a, b]: Complex): Complex {
  const re = Math.sqrt((Math.hypot(a, b) + a) / 2);
  return re === 0 ? [0, Math.sqrt(-a)] : [re, b / (2 * re)];
}
