// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The fields of one storage word, unpacked. Members are 256-bit so that arithmetic needs no masking; {RiskWord.pack}
/// refuses what does not fit its lane.
/// @param rhoFrom ρ at the start of the running ramp, bps; equals `rhoTarget` when nothing ramps
/// @param rhoTarget last accepted ρ, bps; the class default while unscored
/// @param rhoOpen ρ that Δ_max counts from, bps: the first scored one, or the highest target at which the owner added risk
/// since; the class default while unscored
/// @param rhoAnchor ρ at the start of the drift window that `windowIndex` names, bps
/// @param rhoPrior ρ at the start of the drift window before it, bps
/// @param pi last accepted π, bps
/// @param score floor(100 · −log10 p), 0…600
/// @param observedAt observation time of the last accepted score, 0 while unscored
/// @param tightenedAt time of the last tightening: start of the ramp's grace and of the tightening lane's delay
/// @param loosenedAt time of the last loosening
/// @param windowIndex drift window of the last change: time / windowSec, modulo 2^18
/// @param classId risk class, below 4096
/// @param epoch position epoch, never 0 in a known word
/// @param graceMinutes grace of the running ramp, frozen when it began
/// @param rampMinutes length of the running ramp, frozen when it began
struct RiskState {
    uint256 rhoFrom;
    uint256 rhoTarget;
    uint256 rhoOpen;
    uint256 rhoAnchor;
    uint256 rhoPrior;
    uint256 pi;
    uint256 score;
    uint256 observedAt;
    uint256 tightenedAt;
    uint256 loosenedAt;
    uint256 windowIndex;
    uint256 classId;
    uint256 epoch;
    uint256 graceMinutes;
    uint256 rampMinutes;
}

/// @title One position (or class quantile) in one storage word
/// @notice From the highest bit: rhoFrom 14 · rhoTarget 14 · rhoOpen 14 · rhoAnchor 14 · rhoPrior 14 · pi 14 · score 10 ·
/// observedAt 32 · tightenedAt 32 · loosenedAt 32 · windowIndex 18 · classId 12 · epoch 16 · graceMinutes 10 ·
/// rampMinutes 10. The zero word is an unknown position. Mirrored in `oracle/rules/risk-word.ts`.
library RiskWord {
    /// @notice Largest class id that fits the word.
    uint256 internal constant MAX_CLASS_ID = (1 << 12) - 1;
    /// @notice Largest epoch; the next one is 1 again.
    uint256 internal constant MAX_EPOCH = (1 << 16) - 1;
    /// @notice Largest grace plus ramp, minutes.
    uint256 internal constant MAX_RAMP_MINUTES = (1 << 10) - 1;
    /// @notice Drift windows are numbered modulo 2^18: 30 years of the shortest window.
    uint256 internal constant WINDOW_MASK = (1 << 18) - 1;
    /// @notice Epoch of a new position.
    uint256 internal constant FIRST_EPOCH = 1;

    uint256 private constant BPS_BITS = 14;
    uint256 private constant BPS_MASK = (1 << BPS_BITS) - 1;
    uint256 private constant MINUTES_MASK = (1 << 10) - 1;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant TIME_MASK = (1 << TIME_BITS) - 1;

    uint256 private constant GRACE_SHIFT = 10;
    uint256 private constant EPOCH_SHIFT = 20;
    uint256 private constant CLASS_SHIFT = 36;
    uint256 private constant WINDOW_SHIFT = 48;
    uint256 private constant LOOSENED_SHIFT = 66;
    uint256 private constant TIGHTENED_SHIFT = 98;
    uint256 private constant OBSERVED_SHIFT = 130;
    uint256 private constant SCORE_SHIFT = 162;
    uint256 private constant PI_SHIFT = 172;
    uint256 private constant PRIOR_SHIFT = 186;
    uint256 private constant ANCHOR_SHIFT = 200;
    uint256 private constant OPEN_SHIFT = 214;
    uint256 private constant TARGET_SHIFT = 228;
    uint256 private constant FROM_SHIFT = 242;

    uint256 private constant SCORE_LANES = (MINUTES_MASK << SCORE_SHIFT) | (TIME_MASK << OBSERVED_SHIFT);
    uint256 private constant PAIR_LANES =
        (BPS_MASK << TARGET_SHIFT) |
            (BPS_MASK << PI_SHIFT) |
            (BPS_MASK << ANCHOR_SHIFT) |
            (BPS_MASK << PRIOR_SHIFT) |
            (WINDOW_MASK << WINDOW_SHIFT);
    uint256 private constant RAMP_LANES =
        (BPS_MASK << FROM_SHIFT) | (TIME_MASK << TIGHTENED_SHIFT) | ((1 << EPOCH_SHIFT) - 1);
    uint256 private constant LOOSENING_LANES = (BPS_MASK << FROM_SHIFT) | (TIME_MASK << LOOSENED_SHIFT);

    /// @notice A field is wider than its lane; no state that the rules can reach does this.
    error RiskWordOverflow();

    /// @notice Packs a state; reverts when a field would bleed into its neighbour.
    function pack(RiskState memory state) internal pure returns (uint256 word) {
        _requireFits(state);
        word =
            (state.rhoFrom << FROM_SHIFT) |
            (state.rhoTarget << TARGET_SHIFT) |
            (state.rhoOpen << OPEN_SHIFT) |
            (state.rhoAnchor << ANCHOR_SHIFT) |
            (state.rhoPrior << PRIOR_SHIFT) |
            (state.pi << PI_SHIFT) |
            (state.score << SCORE_SHIFT) |
            (state.observedAt << OBSERVED_SHIFT);
        word |=
            (state.tightenedAt << TIGHTENED_SHIFT) |
            (state.loosenedAt << LOOSENED_SHIFT) |
            (state.windowIndex << WINDOW_SHIFT) |
            (state.classId << CLASS_SHIFT) |
            (state.epoch << EPOCH_SHIFT) |
            (state.graceMinutes << GRACE_SHIFT) |
            state.rampMinutes;
    }

    /// @notice Unpacks a word; every word is valid.
    function unpack(uint256 word) internal pure returns (RiskState memory state) {
        state.rhoFrom = rhoFromOf(word);
        state.rhoTarget = rhoTargetOf(word);
        state.rhoOpen = rhoOpenOf(word);
        state.rhoAnchor = rhoAnchorOf(word);
        state.rhoPrior = rhoPriorOf(word);
        state.pi = piOf(word);
        state.score = scoreOf(word);
        state.observedAt = observedAtOf(word);
        state.tightenedAt = tightenedAtOf(word);
        state.loosenedAt = loosenedAtOf(word);
        state.windowIndex = windowIndexOf(word);
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

    function rhoOpenOf(uint256 word) internal pure returns (uint256 rho) {
        return (word >> OPEN_SHIFT) & BPS_MASK;
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

    function windowIndexOf(uint256 word) internal pure returns (uint256 index) {
        return (word >> WINDOW_SHIFT) & WINDOW_MASK;
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

    /// @notice The word with a new score and its observation time.
    function withScore(uint256 word, uint256 score, uint256 observedAt) internal pure returns (uint256 changed) {
        if ((score & ~MINUTES_MASK) | (observedAt >> TIME_BITS) != 0) revert RiskWordOverflow();
        return (word & ~SCORE_LANES) | (score << SCORE_SHIFT) | (observedAt << OBSERVED_SHIFT);
    }

    /// @notice The word with ρ at opening.
    function withOpen(uint256 word, uint256 rhoOpen) internal pure returns (uint256 changed) {
        if (rhoOpen >> BPS_BITS != 0) revert RiskWordOverflow();
        return (word & ~(BPS_MASK << OPEN_SHIFT)) | (rhoOpen << OPEN_SHIFT);
    }

    /// @notice The word with a new pair, its drift window and the anchors of that.
    /// @param windowed anchors and window from {packAnchors}
    function withPair(
        uint256 word,
        uint256 rhoTarget,
        uint256 pi,
        uint256 windowed
    ) internal pure returns (uint256 changed) {
        if ((rhoTarget | pi) >> BPS_BITS != 0) revert RiskWordOverflow();
        return (word & ~PAIR_LANES) | (rhoTarget << TARGET_SHIFT) | (pi << PI_SHIFT) | windowed;
    }

    /// @notice Window and anchors in their lanes. Not checked: they are masked indices and fields of words.
    function packAnchors(
        uint256 windowIndex,
        uint256 rhoAnchor,
        uint256 rhoPrior
    ) internal pure returns (uint256 windowed) {
        return (rhoAnchor << ANCHOR_SHIFT) | (rhoPrior << PRIOR_SHIFT) | (windowIndex << WINDOW_SHIFT);
    }

    /// @notice The word with a ramp that starts now.
    function withRamp(
        uint256 word,
        uint256 rhoFrom,
        uint256 tightenedAt,
        uint256 minutesPacked
    ) internal pure returns (uint256 changed) {
        bool fits = (rhoFrom >> BPS_BITS) | (tightenedAt >> TIME_BITS) | (minutesPacked >> EPOCH_SHIFT) == 0;
        if (!fits) revert RiskWordOverflow();
        return (word & ~RAMP_LANES) | (rhoFrom << FROM_SHIFT) | (tightenedAt << TIGHTENED_SHIFT) | minutesPacked;
    }

    /// @notice Grace and ramp in their lanes, for {withRamp}.
    function packMinutes(uint256 graceMinutes, uint256 rampMinutes) internal pure returns (uint256 minutesPacked) {
        if ((graceMinutes | rampMinutes) & ~MINUTES_MASK != 0) revert RiskWordOverflow();
        return (graceMinutes << GRACE_SHIFT) | rampMinutes;
    }

    /// @notice The word with the start of its running ramp lowered and the time of a loosening.
    function withLoosening(uint256 word, uint256 rhoFrom, uint256 loosenedAt) internal pure returns (uint256 changed) {
        if ((rhoFrom >> BPS_BITS) | (loosenedAt >> TIME_BITS) != 0) revert RiskWordOverflow();
        return (word & ~LOOSENING_LANES) | (rhoFrom << FROM_SHIFT) | (loosenedAt << LOOSENED_SHIFT);
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
        uint256 ratios = state.rhoFrom | state.rhoTarget | state.rhoOpen | state.rhoAnchor | state.rhoPrior | state.pi;
        uint256 times = state.observedAt | state.tightenedAt | state.loosenedAt;
        uint256 tens = state.score | state.graceMinutes | state.rampMinutes;
        uint256 excess = (ratios >> BPS_BITS) | (times >> TIME_BITS) | (tens & ~MINUTES_MASK);
        excess |= (state.windowIndex & ~WINDOW_MASK) | (state.classId & ~MAX_CLASS_ID) | (state.epoch & ~MAX_EPOCH);
        if (excess != 0) revert RiskWordOverflow();
    }
}
