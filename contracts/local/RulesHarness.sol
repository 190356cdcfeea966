// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskLife} from "../libraries/RiskLife.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {EntryOutcome, ReportTimes, RiskClass, RiskEntry, RiskParams} from "../types/RiskTypes.sol";

/// @notice Runs batches of packed cases through the libraries, for the differential test of the TypeScript mirror.
contract RulesHarness {
    /// @notice Case: classIndex 2 · word 32 · epoch 2 · rho 2 · pi 2 · score 2 · observedAt 5 · appliedAt 5 bytes.
    uint256 public constant RULE_CASE_BYTES = 52;
    /// @notice Case: classIndex 2 · word 32 · quantileWord 32 · now 5 bytes.
    uint256 public constant READING_CASE_BYTES = 71;

    /// @notice Case: classIndex 2 · new classIndex 2 · word 32 · other word 32 · now 5 bytes.
    uint256 public constant LIFE_CASE_BYTES = 73;

    /// @notice Result per case: word re-classed 32 · copied 32 · merged into the other 32 bytes. The class id is the index.
    function liveBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += LIFE_CASE_BYTES) {
            bytes calldata item = cases[at:at + LIFE_CASE_BYTES];
            uint256 classId = uint16(bytes2(item[2:4]));
            uint256 word = uint256(bytes32(item[4:36]));
            uint256 moved = RiskLife.reclassedWord(
                word,
                classes[uint16(bytes2(item[:2]))],
                classes[classId],
                classId,
                uint40(bytes5(item[68:73]))
            );
            (uint256 merged, ) = RiskLife.mergedWord(word, uint256(bytes32(item[36:68])));
            results = abi.encodePacked(results, moved, RiskLife.copiedWord(word), merged);
        }
    }

    /// @notice Result per case: outcome 1 · new word 32 bytes.
    function applyBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += RULE_CASE_BYTES) {
            bytes calldata item = cases[at:at + RULE_CASE_BYTES];
            RiskEntry memory entry;
            entry.epoch = uint16(bytes2(item[34:36]));
            entry.rhoBps = uint16(bytes2(item[36:38]));
            entry.piBps = uint16(bytes2(item[38:40]));
            entry.score = uint16(bytes2(item[40:42]));
            ReportTimes memory times = ReportTimes(uint40(bytes5(item[42:47])), uint40(bytes5(item[47:52])));
            (uint256 word, EntryOutcome outcome) = RiskRules.applyEntry(
                uint256(bytes32(item[2:34])),
                classes[uint16(bytes2(item[:2]))],
                entry,
                times
            );
            results = abi.encodePacked(results, uint8(outcome), word);
        }
    }

    /// @notice Result per case: the fields of `RiskParams` in order (2·2·2·2·2·2·2·5·5·1), then opening ρ 2 · π 2, then
    /// maintenance ρ 2 · π 2 · ρ before 2 bytes, zeros for the zero word.
    function readBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += READING_CASE_BYTES) {
            bytes calldata item = cases[at:at + READING_CASE_BYTES];
            RiskClass memory class = classes[uint16(bytes2(item[:2]))];
            uint256 quantileWord = uint256(bytes32(item[34:66]));
            uint256 nowSec = uint40(bytes5(item[66:71]));
            RiskParams memory params = RiskReading.effectiveParams(
                uint256(bytes32(item[2:34])),
                class,
                quantileWord,
                nowSec
            );
            (uint256 rho, uint256 pi) = RiskReading.openingParams(class, quantileWord, nowSec);
            results = abi.encodePacked(results, _packed(params), uint16(rho), uint16(pi));
            results = abi.encodePacked(results, _maintenance(uint256(bytes32(item[2:34])), class, nowSec));
        }
    }

    function _maintenance(
        uint256 word,
        RiskClass memory class,
        uint256 nowSec
    ) private pure returns (bytes memory packed) {
        if (word == 0) return new bytes(6);
        (uint16 rho, uint16 pi, uint16 rhoBefore) = RiskReading.maintenance(word, class, nowSec);
        return abi.encodePacked(rho, pi, rhoBefore);
    }

    function _packed(RiskParams memory params) private pure returns (bytes memory packed) {
        packed = abi.encodePacked(
            params.rhoBps,
            params.rhoTargetBps,
            params.rhoInitialBps,
            params.piBps,
            params.score,
            params.classId,
            params.epoch
        );
        return abi.encodePacked(packed, params.observedAt, params.validUntil, uint8(params.status));
    }
}
