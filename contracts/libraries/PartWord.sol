// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryLimits} from "../types/DeliveryTypes.sol";

/// @title A part's address with the limits that every report needs beside it: one storage word less for each report
/// @notice Engine word, from the highest bit: rootValiditySec 24 · violations 16 · dispersionBps 16 · reportTighteningBps 24 ·
/// reportTightened 16 · address 160. Verifier word: free 8 · heldSec 24 · windowSec 24 · windowTighteningBps 24 ·
/// windowTightened 16 · address 160. The cool-down, which no report reads, is kept elsewhere.
library PartWord {
    uint256 private constant MASK_16 = type(uint16).max;
    uint256 private constant MASK_24 = type(uint24).max;
    uint256 private constant MASK_160 = type(uint160).max;

    /// @notice The word with another address; its limits stay.
    function withPart(uint256 word, address part) internal pure returns (uint256 changed) {
        return (word & ~MASK_160) | uint160(part);
    }

    /// @notice Both words with other limits; their addresses stay.
    function withLimits(
        uint256 engineWord,
        uint256 verifierWord,
        DeliveryLimits memory limits
    ) internal pure returns (uint256 newEngineWord, uint256 newVerifierWord) {
        newEngineWord = (engineWord & MASK_160) | (uint256(limits.reportTightened) << 160);
        newEngineWord |= (uint256(limits.reportTighteningBps) << 176) | (uint256(limits.dispersionBps) << 200);
        newEngineWord |= (uint256(limits.violations) << 216) | (uint256(limits.rootValiditySec) << 232);
        newVerifierWord = (verifierWord & MASK_160) | (uint256(limits.windowTightened) << 160);
        newVerifierWord |= (uint256(limits.windowTighteningBps) << 176) | (uint256(limits.windowSec) << 200);
        newVerifierWord |= uint256(limits.heldSec) << 224;
    }

    /// @notice All limits but the cool-down. Narrowing casts: the lanes are as wide as the fields.
    function limitsOf(uint256 engineWord, uint256 verifierWord) internal pure returns (DeliveryLimits memory limits) {
        limits.reportTightened = uint16(reportTightenedOf(engineWord));
        limits.reportTighteningBps = uint24(reportTighteningBpsOf(engineWord));
        limits.windowTightened = uint16(windowTightenedOf(verifierWord));
        limits.windowTighteningBps = uint24(windowTighteningBpsOf(verifierWord));
        limits.windowSec = uint24(windowSecOf(verifierWord));
        limits.dispersionBps = uint16(dispersionBpsOf(engineWord));
        limits.violations = uint16(violationsOf(engineWord));
        limits.heldSec = uint24(heldSecOf(verifierWord));
        limits.rootValiditySec = uint24(rootValiditySecOf(engineWord));
    }

    /// @notice The address of either word.
    function partOf(uint256 word) internal pure returns (address part) {
        return address(uint160(word));
    }

    /// @notice Single limits of an engine word, see {DeliveryLimits}.
    function reportTightenedOf(uint256 engineWord) internal pure returns (uint256 limit) {
        return (engineWord >> 160) & MASK_16;
    }

    function reportTighteningBpsOf(uint256 engineWord) internal pure returns (uint256 limit) {
        return (engineWord >> 176) & MASK_24;
    }

    function dispersionBpsOf(uint256 engineWord) internal pure returns (uint256 limit) {
        return (engineWord >> 200) & MASK_16;
    }

    function violationsOf(uint256 engineWord) internal pure returns (uint256 limit) {
        return (engineWord >> 216) & MASK_16;
    }

    function rootValiditySecOf(uint256 engineWord) internal pure returns (uint256 limit) {
        return engineWord >> 232;
    }

    /// @notice Single limits of a verifier word, see {DeliveryLimits}.
    function windowTightenedOf(uint256 verifierWord) internal pure returns (uint256 limit) {
        return (verifierWord >> 160) & MASK_16;
    }

    function windowTighteningBpsOf(uint256 verifierWord) internal pure returns (uint256 limit) {
        return (verifierWord >> 176) & MASK_24;
    }

    function windowSecOf(uint256 verifierWord) internal pure returns (uint256 limit) {
        return (verifierWord >> 200) & MASK_24;
    }

    function heldSecOf(uint256 verifierWord) internal pure returns (uint256 limit) {
        return (verifierWord >> 224) & MASK_24;
    }
}
