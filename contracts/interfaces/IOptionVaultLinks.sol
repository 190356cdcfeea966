// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionToken} from "./IOptionToken.sol";
import {IPriceGuard} from "./IPriceGuard.sol";
import {IRiskOracle} from "./IRiskOracle.sol";
import {ISettlementOracle} from "./ISettlementOracle.sol";

/// @title Contracts that the options vault works with
interface IOptionVaultLinks {
    /// @notice Long token of all series.
    function TOKEN() external view returns (IOptionToken token);

    /// @notice Source of ρ and π.
    function RISK_ORACLE() external view returns (IRiskOracle oracle);

    /// @notice Source of spot prices.
    function PRICE_GUARD() external view returns (IPriceGuard guard);

    /// @notice Source of settlement prices.
    function SETTLEMENT_ORACLE() external view returns (ISettlementOracle oracle);
}
