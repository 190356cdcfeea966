// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOracleWiring} from "../interfaces/IOracleWiring.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {DeliveryRules} from "../libraries/DeliveryRules.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {DeliveryLimits} from "../types/DeliveryTypes.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title Checks and stores what a deployment begins with and the DAO may replace: rules, verifier, limits of delivery
abstract contract OracleParts is OracleStorage {
    function _setRuleEngine(IRuleEngine engine) internal {
        bytes memory probe = abi.encodeCall(IRuleEngine.applyEntries, (0, 0, 0, ""));
        uint256 version = _numberFrom(address(engine), abi.encodeCall(IRuleEngine.version, ()));
        // Two sums, then an empty array of words and empty outcomes: four heads and two lengths.
        (bool answers, bytes memory nothing) = address(engine).staticcall(probe);
        bool fits = version != 0 && answers && nothing.length == 6 * 32;
        if (!fits) revert IOracleWiring.OracleWiringRefused(address(engine));
        _engineWord = PartWord.withPart(_engineWord, address(engine));
        emit IOracleWiring.RuleEngineSet(address(engine), uint32(version));
    }

    function _setVerifier(IReportVerifier reportVerifier) internal {
        uint256 version = _numberFrom(address(reportVerifier), abi.encodeCall(IReportVerifier.currentVersion, ()));
        // Nobody has signed this: what lets it pass verifies nothing.
        bytes memory probe = abi.encodeCall(IReportVerifier.verifyQuorum, (uint32(version), 0, 0, ""));
        (bool passes, ) = address(reportVerifier).staticcall(probe);
        if (version == 0 || passes) revert IOracleWiring.OracleWiringRefused(address(reportVerifier));
        _verifierWord = PartWord.withPart(_verifierWord, address(reportVerifier));
        emit IOracleWiring.VerifierSet(address(reportVerifier), uint32(version));
    }

    function _storeLimits(DeliveryLimits memory limits) internal {
        if (!DeliveryRules.areValid(limits)) revert RiskOracleInvalidLimits();
        (_engineWord, _verifierWord) = PartWord.withLimits(_engineWord, _verifierWord, limits);
        _coolDownSec = limits.coolDownSec;
        emit DeliveryLimitsSet(limits);
    }

    /// @dev What a view without arguments answers; 0 for no code, a revert, or anything but one number of 32 bits.
    function _numberFrom(address target, bytes memory call) private view returns (uint256 number) {
        (bool answers, bytes memory answer) = target.staticcall(call);
        if (!answers || answer.length != 32) return 0;
        number = abi.decode(answer, (uint256));
        return number <= type(uint32).max ? number : 0;
    }
}
