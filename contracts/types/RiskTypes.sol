// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Values and messages of the risk oracle. Ratios are basis points of one (10 000 = 100 %), times are seconds
/// since the epoch, ids are (source index, position id).

/// @notice Header of a signed report (EIP-712 type `RiskReport`, fields in this order).
/// @param epoch strictly rising number of the report; chunks of one report share it
/// @param signerSetVersion version of the signer set whose signatures count
/// @param observedAt time of the anchor block the scores were made at
/// @param validUntil last second at which the report may arrive
/// @param chunkIndex index of this chunk, below `chunkCount`
/// @param chunkCount number of chunks of the epoch, at least 1
/// @param entriesHash keccak256 of the packed entries
/// @param classQuantilesHash keccak256 of the packed class quantiles
/// @param positionsRoot Merkle root over all positions; zero while the report is delivered by push only
/// @param bundleHash hash of the model bundle manifest; must be allowed by the DAO
/// @param evidenceHash hash of the signed observations behind the report
/// @param dispersionBps spread of ρ between the operators' observations
struct RiskReport {
    uint64 epoch;
    uint32 signerSetVersion;
    uint40 observedAt;
    uint40 validUntil;
    uint16 chunkIndex;
    uint16 chunkCount;
    bytes32 entriesHash;
    bytes32 classQuantilesHash;
    bytes32 positionsRoot;
    bytes32 bundleHash;
    bytes32 evidenceHash;
    uint16 dispersionBps;
}

/// @notice Quorum over a report digest. `signatures` holds 64 bytes (r, vs) for every set bit of `signerBitmap`,
/// ascending by bit; bit i is the i-th signer of the set.
struct Attestations {
    uint256 signerBitmap;
    bytes signatures;
}

/// @notice One decoded entry. Packed form, 16 bytes big-endian:
/// sourceIndex 2 · positionId 6 · epoch 2 · rhoBps 2 · piBps 2 · score 2.
struct RiskEntry {
    uint16 sourceIndex;
    uint48 positionId;
    uint16 epoch;
    uint16 rhoBps;
    uint16 piBps;
    uint16 score;
}

/// @notice Quantile of current scores of one class. Packed form, 6 bytes: classId 2 · rhoBps 2 · piBps 2.
struct ClassQuantile {
    uint16 classId;
    uint16 rhoBps;
    uint16 piBps;
}

/// @notice How far and how often a value may move in one direction.
/// @param stepBps largest change of one report
/// @param driftBps how far reports may take the value from where it stood at the start of this window and of the one before
/// @param delaySec least time between two changes in this direction
struct Lane {
    uint16 stepBps;
    uint16 driftBps;
    uint32 delaySec;
}

/// @notice Bounds of one risk class (asset × moneyness bucket × tenor bucket). Packs into two words, see `RiskClassWords`.
/// @param rhoFloorBps least ρ
/// @param rhoCeilingBps greatest ρ
/// @param rhoDefaultBps ρ without a score, and the value a stale ρ ramps to
/// @param rhoInitialBps static grid cell: least ρ for new risk before β
/// @param piFloorBps least π
/// @param piCapBps greatest π
/// @param piDefaultBps π without a score
/// @param deltaBps δ of the linked rule `π + δ ≤ ρ`
/// @param tighten lane of rising ρ
/// @param loosen lane of falling ρ
/// @param windowSec length of the drift window
/// @param validitySec a score accepted from now on is stale when it is older; whole minutes
/// @param graceMinutes wait before a tightening reaches the maintenance requirement
/// @param rampMinutes linear ramp after the grace
/// @param fallbackRampMinutes ramp of a stale ρ towards the default
/// @param betaBps β: surcharge of the initial over the maintenance requirement
/// @param maxAboveOpenBps Δ_max: greatest rise of maintenance ρ above ρ at opening (or at a later addition of risk); fixed
/// for a position at that moment
/// @param piStepBps largest change of π of one report
/// @param active false once the DAO has retired the class for new positions
struct RiskClass {
    uint16 rhoFloorBps;
    uint16 rhoCeilingBps;
    uint16 rhoDefaultBps;
    uint16 rhoInitialBps;
    uint16 piFloorBps;
    uint16 piCapBps;
    uint16 piDefaultBps;
    uint16 deltaBps;
    Lane tighten;
    Lane loosen;
    uint32 windowSec;
    uint32 validitySec;
    uint16 graceMinutes;
    uint16 rampMinutes;
    uint16 fallbackRampMinutes;
    uint16 betaBps;
    uint16 maxAboveOpenBps;
    uint16 piStepBps;
    bool active;
}

/// @notice Where a value comes from at the moment of reading.
/// UNKNOWN: no such position. UNSCORED: class default. FRESH: a valid score. STALE: fallback ramp towards the default.
enum ParamStatus {
    UNKNOWN,
    UNSCORED,
    FRESH,
    STALE
}

/// @notice Effective parameters of one position at one moment.
/// @param rhoBps maintenance ρ, with grace, ramp, drift cap since opening and stale rule applied
/// @param rhoTargetBps ρ at the end of the running ramp
/// @param rhoInitialBps ρ that new risk of this position must meet
/// @param piBps liquidation penalty π
/// @param score floor(100 · −log10 p), 0 while unscored
/// @param classId risk class
/// @param epoch position epoch
/// @param observedAt observation time of the last accepted score, 0 while unscored
/// @param validUntil first second at which the score is stale
/// @param status see {ParamStatus}
struct RiskParams {
    uint16 rhoBps;
    uint16 rhoTargetBps;
    uint16 rhoInitialBps;
    uint16 piBps;
    uint16 score;
    uint16 classId;
    uint16 epoch;
    uint40 observedAt;
    uint40 validUntil;
    ParamStatus status;
}

/// @notice Outcome of one entry of a report. Everything from UNKNOWN_POSITION on is a skip with its reason; the numbers
/// are part of the event log and never change meaning.
enum EntryOutcome {
    APPLIED_TIGHTENED,
    APPLIED_LOOSENED,
    REFRESHED,
    UNKNOWN_POSITION,
    OLDER_OBSERVATION,
    RHO_BELOW_FLOOR,
    RHO_ABOVE_CEILING,
    PI_BELOW_FLOOR,
    PI_ABOVE_CAP,
    LINKED_RULE,
    TIGHTEN_STEP,
    LOOSEN_STEP,
    PI_STEP,
    TIGHTEN_DELAY,
    LOOSEN_DELAY,
    TIGHTEN_DRIFT,
    LOOSEN_DRIFT,
    STALE_EPOCH,
    SCORE_RANGE
}
