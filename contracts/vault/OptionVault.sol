// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IOptionToken} from "../interfaces/IOptionToken.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {LiquidationSettings} from "../types/VaultTypes.sol";
import {OptionToken} from "./OptionToken.sol";
import {OptionVaultExtension} from "./OptionVaultExtension.sol";
import {VaultLiquidation} from "./VaultLiquidation.sol";
import {VaultPositions} from "./VaultPositions.sol";
import {VaultSettlement} from "./VaultSettlement.sol";
import {VaultLinks, VaultStorage} from "./VaultStorage.sol";

/// @title Partially collateralised, cash-settled European options
/// @notice Implements `IOptionVault`, the calls of `IOptionVaultExtension` through {OptionVaultExtension}.
contract OptionVault is VaultPositions, VaultLiquidation, VaultSettlement {
    /// @notice Code of the rarer calls, run on this contract's storage. Never changes.
    address public immutable EXTENSION;

    /// @param initialOwner the timelock
    /// @param riskOracle must register this vault as a source before the first position
    constructor(
        address initialOwner,
        IRiskOracle riskOracle,
        IPriceGuard priceGuard,
        ISettlementOracle settlementOracle,
        LiquidationSettings memory settings
    ) VaultStorage(_build(initialOwner, riskOracle, priceGuard, settlementOracle)) {
        EXTENSION = address(
            new OptionVaultExtension(VaultLinks(initialOwner, TOKEN, riskOracle, priceGuard, settlementOracle))
        );
        _setLiquidationSettings(settings);
    }

    /// @dev Every call that this contract does not know is the extension's. It takes no ether, and nobody but the
    /// constructor chooses the code.
    fallback(bytes calldata input) external returns (bytes memory output) {
        return Address.functionDelegateCall(EXTENSION, input);
    }

    function _build(
        address initialOwner,
        IRiskOracle riskOracle,
        IPriceGuard priceGuard,
        ISettlementOracle settlementOracle
    ) private returns (VaultLinks memory links) {
        return
            VaultLinks(
                initialOwner,
                IOptionToken(address(new OptionToken())),
                riskOracle,
                priceGuard,
                settlementOracle
            );
    }
}
