// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionToken} from "./IOptionToken.sol";
import {IOptionVaultQuotes} from "./IOptionVaultQuotes.sol";
import {ISettlementOracle} from "./ISettlementOracle.sol";

/// @title Contracts that the options vault works with
interface IOptionVaultLinks is IOptionVaultQuotes {
    /// @notice Long token of all series.
    function TOKEN() external view returns (IOptionToken token);

    /// @notice Source of settlement prices.
    function SETTLEMENT_ORACLE() external view returns (ISettlementOracle oracle);

    /// @notice Code of the rarer calls, run on the vault's storage. Never changes.
    function EXTENSION() external view returns (address extension);
}
