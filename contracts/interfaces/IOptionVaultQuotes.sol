// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPriceGuard} from "./IPriceGuard.sol";
import {IRiskOracle} from "./IRiskOracle.sol";

/// @title Where the vault's numbers come from
interface IOptionVaultQuotes {
    /// @notice Source of ρ and π.
    function RISK_ORACLE() external view returns (IRiskOracle oracle);

    /// @notice Source of spot prices.
    function PRICE_GUARD() external view returns (IPriceGuard guard);
}
