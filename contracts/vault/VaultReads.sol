// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultSettings} from "../interfaces/IOptionVaultSettings.sol";
import {IPositionSource} from "../interfaces/IPositionSource.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {RiskParams} from "../types/RiskTypes.sol";
import {MarketSide, StoredGrid, StoredSeries, StoredValves, VaultControl} from "../types/VaultState.sol";
import {
    ClassGrid,
    FundTerms,
    LiquidationQuote,
    LiquidationSettings,
    Market,
    MarketCaps,
    MarketValves,
    SeriesState
} from "../types/VaultTypes.sol";
import {VaultAuction} from "./VaultAuction.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultOpening} from "./VaultOpening.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Views of the vault
abstract contract VaultReads is VaultStorage, IOptionVaultSettings {
    /// @inheritdoc IPositionSource
    function describePositions(
        uint256[] memory positionIds
    ) external view nonReentrantView returns (IPositionSource.PositionView[] memory views) {
        views = new IPositionSource.PositionView[](positionIds.length);
        for (uint256 i = 0; i < positionIds.length; ++i) views[i] = _describe(positionIds[i]);
    }

    /// @inheritdoc IPositionSource
    function describePosition(
        uint256 positionId
    ) external view nonReentrantView returns (IPositionSource.PositionView memory described) {
        return _describe(positionId);
    }

    /// @inheritdoc IOptionVaultSettings
    function healthOf(uint256 positionId) external view nonReentrantView returns (int256 healthWad) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        (uint256 rhoBps, , ) = RISK_ORACLE.maintenanceParams(address(this), positionId);
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        return VaultKit.health(position, VaultKit.payoffAt(position, spotE8), rhoBps);
    }

    /// @inheritdoc IOptionVaultSettings
    function liquidationQuote(
        uint256 positionId,
        uint128 maxSizeE8
    ) external view nonReentrantView returns (LiquidationQuote memory quote) {
        return VaultAuction.prepare(_state, _links(), positionId, maxSizeE8).quote;
    }

    /// @inheritdoc IOptionVaultSettings
    function classFor(uint256 seriesId) external view nonReentrantView returns (uint16 classId) {
        Series memory series = SeriesId.decode(seriesId);
        uint256 spotE8 = VaultKit.spotE8(_links(), series);
        return VaultKit.classAt(_state, series, VaultKit.moneynessBps(series, spotE8));
    }

    /// @inheritdoc IOptionVaultSettings
    function requiredCollateral(
        uint256 seriesId,
        uint128 sizeE8
    ) external view nonReentrantView returns (uint256 collateral, uint16 classId, uint16 rhoInitialBps) {
        Series memory series = SeriesId.decode(seriesId);
        uint256 rhoBps;
        (collateral, classId, rhoBps) = VaultOpening.requirement(
            _state,
            _links(),
            series,
            VaultKit.termsOf(_state, series),
            sizeE8
        );
        // Fits: ratios are at most 10 000.
        rhoInitialBps = uint16(rhoBps);
    }

    /// @inheritdoc IOptionVaultSettings
    function surplusOf(
        uint256 positionId
    ) external view nonReentrantView returns (uint256 surplus, uint16 rhoInitialBps) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        (uint256 required, uint256 rhoBps) = VaultOpening.initial(
            _state,
            _links(),
            position,
            VaultKit.termsOf(_state, position.series).minCollateral,
            position.coolOffFrom
        );
        // Fits: ratios are at most 10 000.
        return (Math.saturatingSub(position.collateral, required), uint16(rhoBps));
    }

    /// @inheritdoc IOptionVaultSettings
    function market(uint24 marketId) external view nonReentrantView returns (Market memory found) {
        MarketSide storage calls = _state.sides[VaultKit.sideKey(marketId, false)];
        MarketSide storage puts = _state.sides[VaultKit.sideKey(marketId, true)];
        if (puts.token == address(0)) revert VaultMarketUnknown(marketId);
        (found.base, found.minBase, found.baseDecimals) = (calls.token, calls.minCollateral, calls.decimals);
        (found.quote, found.minQuote, found.quoteDecimals) = (puts.token, puts.minCollateral, puts.decimals);
        found.live = puts.live;
    }

    /// @inheritdoc IOptionVaultSettings
    function marketCaps(uint24 marketId, bool isPut) external view nonReentrantView returns (MarketCaps memory caps) {
        MarketSide storage side = _state.sides[VaultKit.sideKey(marketId, isPut)];
        if (side.token == address(0)) revert VaultMarketUnknown(marketId);
        return side.caps;
    }

    /// @inheritdoc IOptionVaultSettings
    function marketValves(
        uint24 marketId
    ) external view nonReentrantView returns (MarketValves memory valves, uint64 flaggedE8, uint64 liquidatedE8) {
        StoredValves memory stored = _state.valves[marketId];
        valves = stored.terms;
        if (valves.windowSec == 0 || block.timestamp / valves.windowSec != stored.index) return (valves, 0, 0);
        return (valves, stored.flaggedE8, stored.liquidatedE8);
    }

    /// @inheritdoc IOptionVaultSettings
    function fundOf(address token) external view nonReentrantView returns (FundTerms memory terms) {
        return _state.funds[token];
    }

    /// @inheritdoc IOptionVaultSettings
    function liquidationPriceE8(uint256 positionId) external view nonReentrantView returns (uint256 priceE8) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        (uint256 rhoBps, , ) = RISK_ORACLE.maintenanceParams(address(this), positionId);
        return
            MarginMath.lastHealthyPriceE8(
                position.series.isPut,
                position.series.strikeE8,
                position.decimals,
                position.sizeE8,
                position.collateral,
                rhoBps
            );
    }

    /// @inheritdoc IOptionVaultSettings
    function classGrid(uint24 marketId) external view nonReentrantView returns (ClassGrid memory grid) {
        StoredGrid storage stored = _state.grids[marketId];
        (uint256 edges, uint256[2] memory classes) = (stored.edges, stored.classes);
        // The narrowing casts cut the fields out of the words.
        for (uint256 i = 0; i < grid.moneynessEdgesBps.length; ++i) {
            grid.moneynessEdgesBps[i] = uint16(edges >> (i * 16));
        }
        for (uint256 i = 0; i < grid.tenorEdgesSec.length; ++i) {
            grid.tenorEdgesSec[i] = uint32(edges >> (112 + i * 32));
        }
        for (uint256 i = 0; i < grid.classIds.length; ++i) {
            grid.classIds[i] = uint16(classes[i / 16] >> ((i % 16) * 16));
        }
    }

    /// @inheritdoc IOptionVaultSettings
    function liquidationSettings() external view nonReentrantView returns (LiquidationSettings memory settings) {
        VaultControl memory control = _state.control;
        (settings.orderlySec, settings.lateSec) = (control.orderlySec, control.lateSec);
        (settings.coolOffSec, settings.flagLifeSec) = (control.coolOffSec, control.flagLifeSec);
        (settings.targetHealthBps, settings.flagBountyBps) = (control.targetHealthBps, control.flagBountyBps);
    }

    /// @inheritdoc IOptionVaultSettings
    function seriesState(uint256 seriesId) external view nonReentrantView returns (SeriesState memory found) {
        StoredSeries storage series = _state.series[seriesId];
        uint256 sums = series.sums;
        // The narrowing casts have the widths of the lanes.
        found.shortOiE8 = uint96(SeriesSums.sizeOf(sums));
        found.collateral = uint128(SeriesSums.collateralOf(sums));
        found.unsettledCount = uint32(SeriesSums.countOf(sums));
        (found.priceE8, found.pot, found.owed) = (series.priceE8, series.pot, series.owed);
        (found.longsLeftE8, found.lent) = (series.longsLeftE8, _state.loans[seriesId].amount);
        // Under a loan the holders may have had more than the writers have paid in so far.
        found.potLeft = series.pot + found.lent - series.paidOut;
    }

    /// @inheritdoc IPositionSource
    function positionCount() external view nonReentrantView returns (uint256 count) {
        return _state.control.positionCount;
    }

    /// @inheritdoc IOptionVaultSettings
    function marketCount() external view nonReentrantView returns (uint24 count) {
        return _state.marketCount;
    }

    /// @inheritdoc IOptionVaultSettings
    function claimable(address token, address account) external view nonReentrantView returns (uint256 amount) {
        return _state.claims[token][account];
    }

    /// @inheritdoc IOptionVaultSettings
    function seriesIdOf(
        uint24 marketId,
        uint64 strikeE8,
        uint40 expiry,
        bool isPut
    ) external pure returns (uint256 seriesId) {
        return SeriesId.encode(Series(marketId, strikeE8, expiry, isPut));
    }

    function _describe(uint256 positionId) private view returns (IPositionSource.PositionView memory described) {
        ShortPosition memory position = VaultKit.load(_state, positionId);
        described.owner = position.owner;
        described.seriesId = SeriesId.encode(position.series);
        // Fit: lanes of 64 and 104 bits, a time of 32.
        described.sizeE8 = uint128(position.sizeE8);
        described.collateral = uint128(position.collateral);
        described.flaggedAt = position.isFlagged ? uint40(position.flaggedAt) : 0;
        described.active = position.sizeE8 != 0;
        // Of one that has ended both stay 0.
        if (!described.active) return described;
        RiskParams memory params = RISK_ORACLE.tryGetParams(address(this), positionId);
        (described.classId, described.epoch) = (params.classId, params.epoch);
    }
}
