// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {RiskClassWords} from "../libraries/RiskClassWords.sol";
import {RiskLife} from "../libraries/RiskLife.sol";
import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskRules} from "../libraries/RiskRules.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {RiskClass, RiskParams} from "../types/RiskTypes.sol";

/// @notice Runs batches of packed cases through the libraries, for the differential test of the TypeScript mirror.
contract RulesHarness {
    /// @notice Case: classIndex 2 · word 32 · epoch 2 · rho 2 · pi 2 · score 2 · observedAt 5 · appliedAt 5 bytes.
    uint256 public constant RULE_CASE_BYTES = 52;
    /// @notice Case: classIndex 2 · word 32 · quantileWord 32 · now 5 bytes.
    uint256 public constant READING_CASE_BYTES = 71;

    /// @notice Case: classIndex 2 · new classIndex 2 · word 32 · other word 32 · now 5 bytes.
    uint256 public constant LIFE_CASE_BYTES = 73;

    /// @notice Result per case: word re-classed 32 · copied 32 · merged into the other 32 bytes, the latter under the first
    /// class. The class id is the index.
    function liveBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += LIFE_CASE_BYTES) {
            bytes calldata item = cases[at:at + LIFE_CASE_BYTES];
            results = abi.encodePacked(results, _live(classes, item));
        }
    }

    /// @notice Result per case: outcome 1 · new word 32 bytes.
    function applyBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += RULE_CASE_BYTES) {
            bytes calldata item = cases[at:at + RULE_CASE_BYTES];
            uint256 values = ReportCodec.packValues(
                uint16(bytes2(item[34:36])),
                uint16(bytes2(item[36:38])),
                uint16(bytes2(item[38:40])),
                uint16(bytes2(item[40:42]))
            );
            (uint256 bounds, uint256 levels) = RiskClassWords.pack(classes[uint16(bytes2(item[:2]))]);
            (uint256 word, uint256 outcome) = RiskRules.applyEntry(
                uint256(bytes32(item[2:34])),
                bounds,
                levels,
                values,
                uint40(bytes5(item[42:47])),
                uint40(bytes5(item[47:52]))
            );
            results = abi.encodePacked(results, uint8(outcome), word);
        }
    }

    /// @notice Result per case: the fields of `RiskParams` in order (2·2·2·2·2·2·2·5·5·1), then opening ρ 2 · π 2, then
    /// maintenance ρ 2 · π 2 · ρ before 2 bytes, zeros for the zero word.
    function readBatch(RiskClass[] memory classes, bytes calldata cases) external pure returns (bytes memory results) {
        for (uint256 at = 0; at < cases.length; at += READING_CASE_BYTES) {
            bytes calldata item = cases[at:at + READING_CASE_BYTES];
            (uint256 bounds, uint256 levels) = RiskClassWords.pack(classes[uint16(bytes2(item[:2]))]);
            uint256 quantileWord = uint256(bytes32(item[34:66]));
            uint256 nowSec = uint40(bytes5(item[66:71]));
            RiskParams memory params = RiskReading.effectiveParams(
                uint256(bytes32(item[2:34])),
                bounds,
                levels,
                quantileWord,
                nowSec
            );
            (uint256 rho, uint256 pi) = RiskReading.openingParams(bounds, levels, quantileWord, nowSec);
            results = abi.encodePacked(results, _packed(params), uint16(rho), uint16(pi));
            results = abi.encodePacked(results, _maintenance(uint256(bytes32(item[2:34])), bounds, levels, nowSec));
        }
    }

    function _live(RiskClass[] memory classes, bytes calldata item) private pure returns (bytes memory result) {
        uint256 classId = uint16(bytes2(item[2:4]));
        uint256 word = uint256(bytes32(item[4:36]));
        uint256 nowSec = uint40(bytes5(item[68:73]));
        (uint256 bounds, uint256 levels) = RiskClassWords.pack(classes[uint16(bytes2(item[:2]))]);
        (uint256 newBounds, ) = RiskClassWords.pack(classes[classId]);
        uint256 moved = RiskLife.reclassedWord(word, bounds, levels, newBounds, classId, nowSec);
        (uint256 merged, ) = RiskLife.mergedWord(word, uint256(bytes32(item[36:68])), bounds);
        return abi.encodePacked(moved, RiskLife.copiedWord(word), merged);
    }

    function _maintenance(
        uint256 word,
        uint256 bounds,
        uint256 levels,
        uint256 nowSec
    ) private pure returns (bytes memory packed) {
        if (word == 0) return new bytes(8);
        (uint256 rho, uint256 pi, ) = RiskReading.maintenance(word, bounds, levels, nowSec);
        uint256 before = rho;
        if (RiskWord.isScored(word)) before = Math.min(rho, RiskReading.rhoBefore(word, bounds, nowSec));
        uint256 retained = RiskReading.retainedRho(word, bounds, levels, nowSec);
        return abi.encodePacked(uint16(rho), uint16(pi), uint16(before), uint16(retained));
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
