// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The fields of one storage word, unpacked. Members are 256-bit so that arithmetic needs no masking; {RiskWord.pack}
/// refuses what does not fit its lane.
/// @param rhoFrom ρ at the start of the running ramp, bps; equals `rhoTarget` when nothing ramps
/// @param rhoTarget last accepted ρ, bps; the class default while unscored
/// @param rhoOpen first scored ρ, bps, that Δ_max counts from; the class default while unscored
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
        unpackInto(word, state);
    }

    /// @notice Unpacks a word over an existing state: a report unpacks many, and memory is not free.
    function unpackInto(uint256 word, RiskState memory state) internal pure {
        state.rhoFrom = word >> FROM_SHIFT;
        state.rhoTarget = (word >> TARGET_SHIFT) & BPS_MASK;
        state.rhoOpen = (word >> OPEN_SHIFT) & BPS_MASK;
        state.rhoAnchor = (word >> ANCHOR_SHIFT) & BPS_MASK;
        state.rhoPrior = (word >> PRIOR_SHIFT) & BPS_MASK;
        state.pi = (word >> PI_SHIFT) & BPS_MASK;
        state.score = (word >> SCORE_SHIFT) & MINUTES_MASK;
        state.observedAt = (word >> OBSERVED_SHIFT) & TIME_MASK;
        state.tightenedAt = (word >> TIGHTENED_SHIFT) & TIME_MASK;
        state.loosenedAt = (word >> LOOSENED_SHIFT) & TIME_MASK;
        state.windowIndex = (word >> WINDOW_SHIFT) & WINDOW_MASK;
        state.classId = classIdOf(word);
        state.epoch = epochOf(word);
        state.graceMinutes = (word >> GRACE_SHIFT) & MINUTES_MASK;
        state.rampMinutes = word & MINUTES_MASK;
    }

    /// @notice Class of a word without unpacking the rest.
    function classIdOf(uint256 word) internal pure returns (uint256 classId) {
        return (word >> CLASS_SHIFT) & MAX_CLASS_ID;
    }

    /// @notice Epoch of a word without unpacking the rest.
    function epochOf(uint256 word) internal pure returns (uint256 epoch) {
        return (word >> EPOCH_SHIFT) & MAX_EPOCH;
    }

    /// @notice Whether a score has been accepted.
    function isScored(uint256 word) internal pure returns (bool scored) {
        return (word >> OBSERVED_SHIFT) & TIME_MASK != 0;
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
