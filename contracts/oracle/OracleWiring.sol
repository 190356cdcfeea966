// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOracleWiring} from "../interfaces/IOracleWiring.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {IRuleEngine} from "../interfaces/IRuleEngine.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {OracleParts} from "./OracleParts.sol";

/// @title Which rules and which quorum an oracle goes by
/// @notice Both are immutable contracts that only the DAO replaces. Words, classes and their reading are the oracle's,
/// so a replacement keeps every value and anchor.
abstract contract OracleWiring is IOracleWiring, OracleParts {
    /// @inheritdoc IOracleWiring
    function setRuleEngine(IRuleEngine engine) external restricted {
        _setRuleEngine(engine);
    }

    /// @inheritdoc IOracleWiring
    function setVerifier(IReportVerifier reportVerifier) external restricted {
        _setVerifier(reportVerifier);
    }

    /// @inheritdoc IOracleWiring
    function ruleEngine() public view returns (IRuleEngine engine) {
        return IRuleEngine(PartWord.partOf(_engineWord));
    }

    /// @inheritdoc IOracleWiring
    function verifier() public view returns (IReportVerifier reportVerifier) {
        return IReportVerifier(PartWord.partOf(_verifierWord));
    }
}
