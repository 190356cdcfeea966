// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {LiquidationSettings, SeriesState, ShortPosition} from "../types/VaultTypes.sol";
import {OptionToken} from "./OptionToken.sol";
import {VaultLiquidation} from "./VaultLiquidation.sol";
import {VaultPositions} from "./VaultPositions.sol";
import {VaultSettlement} from "./VaultSettlement.sol";

/// @title Partially collateralised, cash-settled European options
contract OptionVault is VaultPositions, VaultLiquidation, VaultSettlement {
    /// @param authority access manager
    /// @param riskOracle must register this vault as a source before the first position
    constructor(
        address authority,
        IRiskOracle riskOracle,
        IPriceGuard priceGuard,
        ISettlementOracle settlementOracle,
        LiquidationSettings memory settings
    ) AccessManaged(authority) {
        TOKEN = new OptionToken();
        RISK_ORACLE = riskOracle;
        PRICE_GUARD = priceGuard;
        SETTLEMENT_ORACLE = settlementOracle;
        _setLiquidationSettings(settings);
    }

    /// @inheritdoc IPositionSource
    function describePosition(
        uint256 positionId
    ) external view nonReentrantView returns (PositionView memory position) {
        return _describe(positionId);
    }

    /// @inheritdoc IPositionSource
    function describePositions(
        uint256[] calldata positionIds
    ) external view nonReentrantView returns (PositionView[] memory positions) {
        positions = new PositionView[](positionIds.length);
        for (uint256 i = 0; i < positionIds.length; ++i) {
            positions[i] = _describe(positionIds[i]);
        }
    }

    /// @inheritdoc IPositionSource
    function positionCount() external view nonReentrantView returns (uint256 count) {
        return _positionCount;
    }

    /// @inheritdoc IOptionVault
    function seriesState(uint256 seriesId) external view nonReentrantView returns (SeriesState memory state) {
        return _series[seriesId];
    }

    /// @inheritdoc IOptionVault
    function claimable(address token, address account) external view nonReentrantView returns (uint256 amount) {
        return _claims[token][account];
    }

    function _describe(uint256 positionId) private view returns (PositionView memory described) {
        ShortPosition storage position = _positions[positionId];
        if (position.owner == address(0)) revert VaultPositionUnknown(positionId);
        described.owner = position.owner;
        described.seriesId = position.seriesId;
        described.sizeE8 = position.sizeE8;
        described.collateral = position.collateral;
        described.classId = position.classId;
        // The oracle keeps the epoch; one that forgot the position answers 0.
        described.epoch = RISK_ORACLE.tryGetParams(address(this), positionId).epoch;
        described.flaggedAt = position.flaggedAt;
        described.active = position.sizeE8 != 0;
    }
}
