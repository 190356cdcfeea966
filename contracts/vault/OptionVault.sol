// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IOptionVaultLinks} from "../interfaces/IOptionVaultLinks.sol";
import {IOptionVaultQuotes} from "../interfaces/IOptionVaultQuotes.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {LiquidationSettings} from "../types/VaultTypes.sol";
import {OptionToken} from "./OptionToken.sol";
import {VaultCore} from "./VaultCore.sol";
import {Links} from "./VaultKit.sol";
import {VaultLiquidation} from "./VaultLiquidation.sol";
import {VaultPositions} from "./VaultPositions.sol";
import {VaultSettlement} from "./VaultSettlement.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Partially collateralised, cash-settled European options
/// @notice Implements `IOptionVault`: the calls that move positions and money itself, the rarer ones through
/// {OptionVaultExtension}.
contract OptionVault is VaultPositions, VaultLiquidation, VaultSettlement {
    /// @inheritdoc IOptionVaultLinks
    address public immutable EXTENSION;

    /// @param authority access manager
    /// @param extension an {OptionVaultExtension}; the vault asks the same risk oracle, which must register the vault as a
    /// source before the first position, and the same price guard
    constructor(
        address authority,
        ISettlementOracle settlementOracle,
        LiquidationSettings memory settings,
        IOptionVaultQuotes extension
    )
        AccessManaged(authority)
        VaultStorage(Links(extension.RISK_ORACLE(), extension.PRICE_GUARD()))
        VaultCore(new OptionToken(), settlementOracle)
    {
        EXTENSION = address(extension);
        _setLiquidationSettings(settings);
    }

    /// @dev Every call that this contract does not know is the extension's. It takes no ether, and only the constructor
    /// chooses the code.
    fallback(bytes calldata input) external returns (bytes memory output) {
        return Address.functionDelegateCall(EXTENSION, input);
    }
}
