// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The fields of one storage word, unpacked. Members are 256-bit so that arithmetic needs no masking; {RiskWord.pack}
/// refuses what does not fit its lane.
/// @param rhoFrom ρ at the start of the running ramp, bps; equals `rhoTarget` when nothing ramps
/// @param rhoTarget last accepted ρ, bps; the class default while unscored
/// @param rhoCap greatest maintenance ρ, bps: Δ_max above the first scored ρ, or above the highest target at which the owner
/// added risk since, with the Δ_max of that moment; without effect while unscored
/// @param rhoAnchor ρ at the start of the drift window of the last change, bps
/// @param rhoPrior ρ at the start of the drift window before it, bps
/// @param pi last accepted π, bps
/// @param score floor(100 · −log10 p), 0…600
/// @param observedAt observation time of the last accepted score, 0 while unscored
/// @param tightenedAt time of the last tightening: start of the ramp's grace and of the tightening lane's delay
/// @param loosenedAt time of the last loosening
/// @param validityMinutes validity of the last accepted score, frozen when it was accepted; 0 while unscored
/// @param classId risk class, below 4096
/// @param epoch position epoch, never 0 in a known word
/// @param graceMinutes grace of the running ramp, frozen when it began
/// @param rampMinutes length of the running ramp, frozen when it began
struct RiskState {
    uint256 rhoFrom;
    uint256 rhoTarget;
    uint256 rhoCap;
    uint256 rhoAnchor;
    uint256 rhoPrior;
    uint256 pi;
    uint256 score;
    uint256 observedAt;
    uint256 tightenedAt;
    uint256 loosenedAt;
    uint256 validityMinutes;
    uint256 classId;
    uint256 epoch;
    uint256 graceMinutes;
    uint256 rampMinutes;
}

/// @title One position (or class quantile) in one storage word
/// @notice From the highest bit: rhoFrom 14 · rhoTarget 14 · rhoCap 14 · rhoAnchor 14 · rhoPrior 14 · pi 14 · score 10 ·
/// observedAt 32 · tightenedAt 32 · loosenedAt 32 · validityMinutes 18 · classId 12 · epoch 16 · graceMinutes 10 ·
/// rampMinutes 10. The zero word is an unknown position. Mirrored in `oracle/rules/risk-word.ts`.
library RiskWord {
    /// @notice Largest class id that fits the word.
    uint256 internal constant MAX_CLASS_ID = (1 << 12) - 1;
    /// @notice Largest epoch; the next one is 1 again.
    uint256 internal constant MAX_EPOCH = (1 << 16) - 1;
    /// @notice Largest grace plus ramp, minutes.
    uint256 internal constant MAX_RAMP_MINUTES = (1 << 10) - 1;
    /// @notice Epoch of a new position.
    uint256 internal constant FIRST_EPOCH = 1;

    uint256 private constant BPS_BITS = 14;
    uint256 private constant BPS_MASK = (1 << BPS_BITS) - 1;
    uint256 private constant MINUTES_MASK = (1 << 10) - 1;
    uint256 private constant VALIDITY_MASK = (1 << 18) - 1;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant TIME_MASK = (1 << TIME_BITS) - 1;

    uint256 private constant GRACE_SHIFT = 10;
    uint256 private constant EPOCH_SHIFT = 20;
    uint256 private constant CLASS_SHIFT = 36;
    uint256 private constant VALIDITY_SHIFT = 48;
    uint256 private constant LOOSENED_SHIFT = 66;
    uint256 private constant TIGHTENED_SHIFT = 98;
    uint256 private constant OBSERVED_SHIFT = 130;
    uint256 private constant SCORE_SHIFT = 162;
    uint256 private constant PI_SHIFT = 172;
    uint256 private constant PRIOR_SHIFT = 186;
    uint256 private constant ANCHOR_SHIFT = 200;
    uint256 private constant CAP_SHIFT = 214;
    uint256 private constant TARGET_SHIFT = 228;
    uint256 private constant FROM_SHIFT = 242;

    /// @notice Class and epoch, which the owner of the position or the DAO sets, and no report.
    uint256 internal constant FIXED_LANES = (MAX_CLASS_ID << CLASS_SHIFT) | (MAX_EPOCH << EPOCH_SHIFT);

    uint256 private constant RAMP_MASK = (1 << EPOCH_SHIFT) - 1;
    uint256 private constant SCORE_LANES =
        (MINUTES_MASK << SCORE_SHIFT) | (TIME_MASK << OBSERVED_SHIFT) | (VALIDITY_MASK << VALIDITY_SHIFT);
    uint256 private constant PAIR_LANES =
        (BPS_MASK << FROM_SHIFT) |
            (BPS_MASK << TARGET_SHIFT) |
            (BPS_MASK << PI_SHIFT) |
            (BPS_MASK << ANCHOR_SHIFT) |
            (BPS_MASK << PRIOR_SHIFT);
    uint256 private constant TIGHTENING_LANES = PAIR_LANES | (TIME_MASK << TIGHTENED_SHIFT) | RAMP_MASK;
    uint256 private constant LOOSENING_LANES = PAIR_LANES | (TIME_MASK << LOOSENED_SHIFT);
    uint256 private constant FIRST_LANES = TIGHTENING_LANES | (TIME_MASK << LOOSENED_SHIFT) | (BPS_MASK << CAP_SHIFT);

    /// @notice A field is wider than its lane; no state that the rules can reach does this.
    error RiskWordOverflow();

    /// @notice Packs a state; reverts when a field would bleed into its neighbour.
    function pack(RiskState memory state) internal pure returns (uint256 word) {
        _requireFits(state);
        word =
            (state.rhoFrom << FROM_SHIFT) |
            (state.rhoTarget << TARGET_SHIFT) |
            (state.rhoCap << CAP_SHIFT) |
            (state.rhoAnchor << ANCHOR_SHIFT) |
            (state.rhoPrior << PRIOR_SHIFT) |
            (state.pi << PI_SHIFT) |
            (state.score << SCORE_SHIFT) |
            (state.observedAt << OBSERVED_SHIFT);
        word |=
            (state.tightenedAt << TIGHTENED_SHIFT) |
            (state.loosenedAt << LOOSENED_SHIFT) |
            (state.validityMinutes << VALIDITY_SHIFT) |
            (state.classId << CLASS_SHIFT) |
            (state.epoch << EPOCH_SHIFT) |
            (state.graceMinutes << GRACE_SHIFT) |
            state.rampMinutes;
    }

    /// @notice Unpacks a word; every word is valid.
    function unpack(uint256 word) internal pure returns (RiskState memory state) {
        state.rhoFrom = rhoFromOf(word);
        state.rhoTarget = rhoTargetOf(word);
        state.rhoCap = rhoCapOf(word);
        state.rhoAnchor = rhoAnchorOf(word);
        state.rhoPrior = rhoPriorOf(word);
        state.pi = piOf(word);
        state.score = scoreOf(word);
        state.observedAt = observedAtOf(word);
        state.tightenedAt = tightenedAtOf(word);
        state.loosenedAt = loosenedAtOf(word);
        state.validityMinutes = validityMinutesOf(word);
        state.classId = classIdOf(word);
        state.epoch = epochOf(word);
        (state.graceMinutes, state.rampMinutes) = rampOf(word);
    }

    /// @notice Single fields, for the hot path: cheaper than unpacking, see {RiskState} for their meaning.
    function rhoFromOf(uint256 word) internal pure returns (uint256 rho) {
        return word >> FROM_SHIFT;
    }

    function rhoTargetOf(uint256 word) internal pure returns (uint256 rho) {
        return (word >> TARGET_SHIFT) & BPS_MASK;
    }

    function rhoCapOf(uint256 word) internal pure returns (uint256 rho) {
        return (word >> CAP_SHIFT) & BPS_MASK;
    }

    function rhoAnchorOf(uint256 word) internal pure returns (uint256 rho) {
        return (word >> ANCHOR_SHIFT) & BPS_MASK;
    }

    function rhoPriorOf(uint256 word) internal pure returns (uint256 rho) {
        return (word >> PRIOR_SHIFT) & BPS_MASK;
    }

    function piOf(uint256 word) internal pure returns (uint256 pi) {
        return (word >> PI_SHIFT) & BPS_MASK;
    }

    /// @notice ρ and π as `ReportCodec.pairIn` has them.
    function pairOf(uint256 word) internal pure returns (uint256 pair) {
        return (rhoTargetOf(word) << 16) | piOf(word);
    }

    function scoreOf(uint256 word) internal pure returns (uint256 score) {
        return (word >> SCORE_SHIFT) & MINUTES_MASK;
    }

    function observedAtOf(uint256 word) internal pure returns (uint256 time) {
        return (word >> OBSERVED_SHIFT) & TIME_MASK;
    }

    function tightenedAtOf(uint256 word) internal pure returns (uint256 time) {
        return (word >> TIGHTENED_SHIFT) & TIME_MASK;
    }

    function loosenedAtOf(uint256 word) internal pure returns (uint256 time) {
        return (word >> LOOSENED_SHIFT) & TIME_MASK;
    }

    function validityMinutesOf(uint256 word) internal pure returns (uint256 count) {
        return (word >> VALIDITY_SHIFT) & VALIDITY_MASK;
    }

    function rampOf(uint256 word) internal pure returns (uint256 graceMinutes, uint256 rampMinutes) {
        return ((word >> GRACE_SHIFT) & MINUTES_MASK, word & MINUTES_MASK);
    }

    function classIdOf(uint256 word) internal pure returns (uint256 classId) {
        return (word >> CLASS_SHIFT) & MAX_CLASS_ID;
    }

    function epochOf(uint256 word) internal pure returns (uint256 epoch) {
        return (word >> EPOCH_SHIFT) & MAX_EPOCH;
    }

    /// @notice Whether a score has been accepted.
    function isScored(uint256 word) internal pure returns (bool scored) {
        return observedAtOf(word) != 0;
    }

    // The following write lanes without checking that the values fit: every value comes from a lane of at most the same
    // width, from a comparison with one, or is a time below 2^32, which {RiskRules} requires of its caller.

    /// @notice The word with a new score, its observation time and its validity.
    function withScore(
        uint256 word,
        uint256 score,
        uint256 observedAt,
        uint256 validityMinutes
    ) internal pure returns (uint256 changed) {
        return
            (word & ~SCORE_LANES) |
            (score << SCORE_SHIFT) |
            (observedAt << OBSERVED_SHIFT) |
            (validityMinutes << VALIDITY_SHIFT);
    }

    /// @notice The word with another greatest maintenance ρ.
    function withCap(uint256 word, uint256 rhoCap) internal pure returns (uint256 changed) {
        return (word & ~(BPS_MASK << CAP_SHIFT)) | (rhoCap << CAP_SHIFT);
    }

    /// @notice A pair with the start of its ramp and its anchors, in their lanes, for the three below.
    function packPair(uint256 rho, uint256 pi, uint256 rhoFrom, uint256 anchors) internal pure returns (uint256 pair) {
        return (rhoFrom << FROM_SHIFT) | (rho << TARGET_SHIFT) | (pi << PI_SHIFT) | anchors;
    }

    /// @notice Both anchors in their lanes; {rhoAnchorOf} and {rhoPriorOf} read them.
    function packAnchors(uint256 rhoAnchor, uint256 rhoPrior) internal pure returns (uint256 anchors) {
        return (rhoAnchor << ANCHOR_SHIFT) | (rhoPrior << PRIOR_SHIFT);
    }

    /// @notice Both anchors of a word, in their lanes.
    function anchorsOf(uint256 word) internal pure returns (uint256 anchors) {
        return word & ((BPS_MASK << ANCHOR_SHIFT) | (BPS_MASK << PRIOR_SHIFT));
    }

    /// @notice Grace and ramp in their lanes.
    function packMinutes(uint256 graceMinutes, uint256 rampMinutes) internal pure returns (uint256 minutesPacked) {
        return (graceMinutes << GRACE_SHIFT) | rampMinutes;
    }

    /// @notice The word with a tightened pair, whose ramp starts now.
    function withTightening(
        uint256 word,
        uint256 pair,
        uint256 nowSec,
        uint256 minutesPacked
    ) internal pure returns (uint256 changed) {
        return (word & ~TIGHTENING_LANES) | pair | (nowSec << TIGHTENED_SHIFT) | minutesPacked;
    }

    /// @notice The word with a loosened pair.
    function withLoosening(uint256 word, uint256 pair, uint256 nowSec) internal pure returns (uint256 changed) {
        return (word & ~LOOSENING_LANES) | pair | (nowSec << LOOSENED_SHIFT);
    }

    /// @notice The word with its first scored pair: both lanes' delays and Δ_max count from here.
    function withFirst(
        uint256 word,
        uint256 pair,
        uint256 nowSec,
        uint256 minutesPacked,
        uint256 rhoCap
    ) internal pure returns (uint256 changed) {
        changed = (word & ~FIRST_LANES) | pair | minutesPacked | (rhoCap << CAP_SHIFT);
        return changed | (nowSec << TIGHTENED_SHIFT) | (nowSec << LOOSENED_SHIFT);
    }

    /// @notice The word with its epoch raised by one; after the largest comes 1, so that a known word is never zero.
    function withNextEpoch(uint256 word) internal pure returns (uint256 raised, uint16 epoch) {
        uint256 current = epochOf(word);
        uint256 next = current == MAX_EPOCH ? FIRST_EPOCH : current + 1;
        // Fits: `next` is at most MAX_EPOCH = 2^16 − 1.
        epoch = uint16(next);
        raised = (word & ~(MAX_EPOCH << EPOCH_SHIFT)) | (next << EPOCH_SHIFT);
    }

    function _requireFits(RiskState memory state) private pure {
        uint256 ratios = state.rhoFrom | state.rhoTarget | state.rhoCap | state.rhoAnchor | state.rhoPrior | state.pi;
        uint256 times = state.observedAt | state.tightenedAt | state.loosenedAt;
        uint256 tens = state.score | state.graceMinutes | state.rampMinutes;
        uint256 excess = (ratios >> BPS_BITS) | (times >> TIME_BITS) | (tens & ~MINUTES_MASK);
        excess |=
            (state.validityMinutes & ~VALIDITY_MASK) |
            (state.classId & ~MAX_CLASS_ID) |
            (state.epoch & ~MAX_EPOCH);
        if (excess != 0) revert RiskWordOverflow();
    }
}
