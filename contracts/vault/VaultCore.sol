// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionToken} from "../interfaces/IOptionToken.sol";
import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {IOptionVaultLinks} from "../interfaces/IOptionVaultLinks.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title What only the vault's own code needs: the long token and settlement prices
abstract contract VaultCore is VaultStorage, IOptionVaultCore, IOptionVaultLinks {
    /// @inheritdoc IOptionVaultLinks
    IOptionToken public immutable TOKEN;
    /// @inheritdoc IOptionVaultLinks
    ISettlementOracle public immutable SETTLEMENT_ORACLE;

    constructor(IOptionToken token, ISettlementOracle settlementOracle) {
        TOKEN = token;
        SETTLEMENT_ORACLE = settlementOracle;
    }
}
