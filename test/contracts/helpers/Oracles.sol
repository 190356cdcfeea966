// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IReportVerifier} from "../../../contracts/interfaces/IReportVerifier.sol";
import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {RiskOracle, RiskOracleConfig} from "../../../contracts/oracle/RiskOracle.sol";
import {RiskOracleExtension} from "../../../contracts/oracle/RiskOracleExtension.sol";
import {RuleEngine} from "../../../contracts/oracle/RuleEngine.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";

/// @notice Deploys whole oracles for tests.
library Oracles {
    uint32 internal constant MAX_AGE_SEC = 120;

    /// @return oracle with the first rule engine, without classes, models and sources
    function deploy(
        address authority,
        IReportVerifier verifier,
        bytes32 salt,
        DeliveryLimits memory limits
    ) internal returns (IRiskOracle oracle) {
        address extension = address(new RiskOracleExtension(salt));
        RiskOracleConfig memory config = RiskOracleConfig(
            authority,
            verifier,
            new RuleEngine(),
            extension,
            MAX_AGE_SEC,
            limits
        );
        return IRiskOracle(address(new RiskOracle(config)));
    }
}
