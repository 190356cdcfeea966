// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IReportVerifier} from "./IReportVerifier.sol";
import {IRuleEngine} from "./IRuleEngine.sol";

/// @title The replaceable parts of an oracle
interface IOracleWiring {
    /// @notice Reports are applied by these rules from now on.
    event RuleEngineSet(address indexed engine, uint32 version);

    /// @notice Quorums are checked by this contract from now on; `version` is that of its current signer set.
    event VerifierSet(address indexed verifier, uint32 version);

    /// @notice The address has no code, does not answer as such a part, or, a verifier, accepts an empty quorum.
    error OracleWiringRefused(address part);

    /// @notice The rules that reports are applied by.
    function ruleEngine() external view returns (IRuleEngine engine);

    /// @notice The contract that checks quorums.
    function verifier() external view returns (IReportVerifier reportVerifier);

    /// @notice Replaces the rules; every word stays. Only the owner (timelock).
    function setRuleEngine(IRuleEngine engine) external;

    /// @notice Replaces the verifier. Only the owner (timelock).
    function setVerifier(IReportVerifier reportVerifier) external;
}
