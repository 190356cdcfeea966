// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IOracleWiring} from "../interfaces/IOracleWiring.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";

/// @title Which rules and which quorum an oracle goes by
/// @notice Both are immutable contracts that only the timelock replaces. Words, classes and their reading are the oracle's,
/// so a replacement keeps every value and anchor.
abstract contract OracleWiring is IOracleWiring, Ownable2Step {
    /// @inheritdoc IOracleWiring
    IRuleEngine public ruleEngine;
    /// @inheritdoc IOracleWiring
    IReportVerifier public verifier;

    constructor(address owner, IRuleEngine engine, IReportVerifier reportVerifier) Ownable(owner) {
        _setRuleEngine(engine);
        _setVerifier(reportVerifier);
    }

    /// @inheritdoc IOracleWiring
    function setRuleEngine(IRuleEngine engine) external onlyOwner {
        _setRuleEngine(engine);
    }

    /// @inheritdoc IOracleWiring
    function setVerifier(IReportVerifier reportVerifier) external onlyOwner {
        _setVerifier(reportVerifier);
    }

    function _setRuleEngine(IRuleEngine engine) private {
        bytes memory probe = abi.encodeCall(IRuleEngine.applyEntries, (0, 0, 0, ""));
        uint256 version = _numberFrom(address(engine), abi.encodeCall(IRuleEngine.version, ()));
        // Two sums, then an empty array of words and empty outcomes: four heads and two lengths.
        (bool answers, bytes memory nothing) = address(engine).staticcall(probe);
        if (version == 0 || !answers || nothing.length != 6 * 32) revert OracleWiringRefused(address(engine));
        ruleEngine = engine;
        emit RuleEngineSet(address(engine), uint32(version));
    }

    function _setVerifier(IReportVerifier reportVerifier) private {
        uint256 version = _numberFrom(address(reportVerifier), abi.encodeCall(IReportVerifier.currentVersion, ()));
        // Nobody has signed this: what lets it pass verifies nothing.
        bytes memory probe = abi.encodeCall(IReportVerifier.verifyQuorum, (uint32(version), 0, 0, ""));
        (bool passes, ) = address(reportVerifier).staticcall(probe);
        if (version == 0 || passes) revert OracleWiringRefused(address(reportVerifier));
        verifier = reportVerifier;
        emit VerifierSet(address(reportVerifier), uint32(version));
    }

    /// @dev What a view without arguments answers; 0 for no code, a revert, or anything but one number of 32 bits.
    function _numberFrom(address target, bytes memory call) private view returns (uint256 number) {
        (bool answers, bytes memory answer) = target.staticcall(call);
        if (!answers || answer.length != 32) return 0;
        number = abi.decode(answer, (uint256));
        return number <= type(uint32).max ? number : 0;
    }
}
