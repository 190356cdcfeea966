// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {ClassGrid, LiquidationSettings, Market} from "../types/VaultTypes.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Markets, risk classes of new positions, and what opening costs
abstract contract VaultMarkets is VaultStorage {
    uint256 private constant TENOR_BUCKETS = 4;
    uint256 private constant MIN_STAGE_SEC = 1 minutes;
    uint256 private constant MAX_ORDERLY_SEC = 1 days;
    uint256 private constant MAX_LATE_SEC = 7 days;
    uint256 private constant MAX_FLAG_LIFE_SEC = 30 days;
    /// @dev Twice the buffer: more would close far more than the market asks for.
    uint256 private constant MAX_TARGET_HEALTH_BPS = 20_000;

    /// @inheritdoc IOptionVault
    function addMarket(
        address base,
        address quote,
        uint96 minBase,
        uint72 minQuote
    ) external restricted returns (uint24 marketId) {
        if (base == quote || base == address(0) || quote == address(0)) revert VaultMarketInvalid(base, quote);
        Market memory added = Market({
            base: base,
            minBase: minBase,
            quote: quote,
            minQuote: minQuote,
            baseDecimals: IERC20Metadata(base).decimals(),
            quoteDecimals: IERC20Metadata(quote).decimals(),
            live: true
        });
        _requireValidMarket(added);
        marketId = ++marketCount;
        _markets[marketId] = added;
        emit MarketAdded(marketId, added);
    }

    /// @inheritdoc IOptionVault
    function updateMarket(uint24 marketId, bool live, uint96 minBase, uint72 minQuote) external restricted {
        Market memory updated = market(marketId);
        (updated.live, updated.minBase, updated.minQuote) = (live, minBase, minQuote);
        _requireValidMarket(updated);
        _markets[marketId] = updated;
        emit MarketUpdated(marketId, live, minBase, minQuote);
    }

    /// @inheritdoc IOptionVault
    function stopMarket(uint24 marketId) external restricted {
        Market memory stopped = market(marketId);
        _markets[marketId].live = false;
        emit MarketUpdated(marketId, false, stopped.minBase, stopped.minQuote);
    }

    /// @inheritdoc IOptionVault
    function setClassGrid(uint24 marketId, ClassGrid calldata grid) external restricted {
        if (marketId == 0 || marketId > marketCount) revert VaultMarketUnknown(marketId);
        for (uint256 i = 1; i < grid.moneynessEdgesBps.length; ++i) {
            if (grid.moneynessEdgesBps[i - 1] > grid.moneynessEdgesBps[i]) revert VaultClassGridInvalid(marketId);
        }
        for (uint256 i = 1; i < grid.tenorEdgesSec.length; ++i) {
            if (grid.tenorEdgesSec[i - 1] > grid.tenorEdgesSec[i]) revert VaultClassGridInvalid(marketId);
        }
        _grids[marketId] = grid;
        emit ClassGridSet(marketId, grid);
    }

    /// @inheritdoc IOptionVault
    function setLiquidationSettings(LiquidationSettings calldata settings) external restricted {
        _setLiquidationSettings(settings);
    }

    /// @inheritdoc IOptionVault
    function classGrid(uint24 marketId) external view returns (ClassGrid memory grid) {
        return _grids[marketId];
    }

    /// @inheritdoc IOptionVault
    function liquidationSettings() external view returns (LiquidationSettings memory settings) {
        return _settings;
    }

    /// @inheritdoc IOptionVault
    function classFor(uint256 seriesId) external view returns (uint16 classId) {
        Series memory series = SeriesId.decode(seriesId);
        (uint64 spotE8, ) = PRICE_GUARD.spotE8(series.marketId);
        return _classAt(series, spotE8);
    }

    /// @inheritdoc IOptionVault
    function requiredCollateral(
        uint256 seriesId,
        uint128 sizeE8
    ) external view returns (uint256 collateral, uint16 classId, uint16 rhoInitialBps) {
        return _openingRequirement(_termsOf(seriesId), sizeE8);
    }

    /// @inheritdoc IOptionVault
    function seriesIdOf(
        uint24 marketId,
        uint64 strikeE8,
        uint40 expiry,
        bool isPut
    ) external pure returns (uint256 seriesId) {
        return SeriesId.encode(Series(marketId, strikeE8, expiry, isPut));
    }

    /// @inheritdoc IOptionVault
    function market(uint24 marketId) public view returns (Market memory state) {
        state = _markets[marketId];
        if (state.quote == address(0)) revert VaultMarketUnknown(marketId);
    }

    function _openingRequirement(
        Terms memory terms,
        uint256 sizeE8
    ) internal view returns (uint256 required, uint16 classId, uint16 rhoInitialBps) {
        if (!terms.live) revert VaultMarketNotLive(terms.series.marketId);
        SeriesId.requireOpenable(terms.series, block.timestamp);
        _requireAmount(sizeE8, MarginMath.MAX_SIZE_E8);
        (uint64 spotE8, ) = PRICE_GUARD.spotE8(terms.series.marketId);
        classId = _classAt(terms.series, spotE8);
        (rhoInitialBps, ) = RISK_ORACLE.openingParams(classId);
        Payoff memory payoff = _payoffAt(terms, spotE8);
        required = Math.max(MarginMath.marginUp(payoff, sizeE8, rhoInitialBps), terms.minCollateral);
    }

    /// @dev ρ that new totals of an existing position must meet: its own initial ρ and that of a new position of the
    /// series, so that neither an old class nor an old score makes new risk cheaper than opening it would be.
    function _requireInitial(uint256 positionId, Terms memory terms, uint256 sizeE8, uint256 collateral) internal view {
        (uint64 spotE8, ) = PRICE_GUARD.spotE8(terms.series.marketId);
        (uint256 rhoBps, ) = RISK_ORACLE.openingParams(_classAt(terms.series, spotE8));
        rhoBps = Math.max(rhoBps, RISK_ORACLE.getParams(address(this), positionId).rhoInitialBps);
        uint256 required = MarginMath.marginUp(_payoffAt(terms, spotE8), sizeE8, rhoBps);
        required = Math.max(required, terms.minCollateral);
        if (collateral < required) revert VaultCollateralTooLow(collateral, required);
    }

    function _setLiquidationSettings(LiquidationSettings memory settings) internal {
        if (
            settings.orderlySec < MIN_STAGE_SEC ||
            settings.orderlySec > MAX_ORDERLY_SEC ||
            settings.lateSec < MIN_STAGE_SEC ||
            settings.lateSec > MAX_LATE_SEC ||
            settings.coolOffSec > settings.orderlySec ||
            settings.flagLifeSec < uint256(settings.orderlySec) + settings.lateSec ||
            settings.flagLifeSec > MAX_FLAG_LIFE_SEC ||
            settings.targetHealthBps <= MarginMath.BPS ||
            settings.targetHealthBps > MAX_TARGET_HEALTH_BPS
        ) revert VaultSettingsInvalid(settings);
        _settings = settings;
        emit LiquidationSettingsSet(settings);
    }

    function _classAt(Series memory series, uint256 spotE8) internal view returns (uint16 classId) {
        (uint256 above, uint256 below) = series.isPut
            ? (spotE8, uint256(series.strikeE8))
            : (uint256(series.strikeE8), spotE8);
        // A strike of zero is refused before anything is opened; here it is merely the last bucket.
        uint256 moneynessBps = below == 0 ? type(uint256).max : (above * MarginMath.BPS) / below;
        uint256 tenorSec = Math.saturatingSub(series.expiry, block.timestamp);
        ClassGrid storage grid = _grids[series.marketId];
        uint256 cell = _moneynessBucket(grid, moneynessBps) * TENOR_BUCKETS + _tenorBucket(grid, tenorSec);
        classId = grid.classIds[cell];
        if (classId == 0) revert VaultClassUnset(series.marketId, cell);
    }

    function _moneynessBucket(ClassGrid storage grid, uint256 moneynessBps) private view returns (uint256 bucket) {
        uint16[7] memory edges = grid.moneynessEdgesBps;
        // The type's maximum marks unused edges, so no value may reach it.
        uint256 value = Math.min(moneynessBps, type(uint16).max - 1);
        while (bucket < edges.length && edges[bucket] <= value) ++bucket;
    }

    function _tenorBucket(ClassGrid storage grid, uint256 tenorSec) private view returns (uint256 bucket) {
        uint32[3] memory edges = grid.tenorEdgesSec;
        uint256 value = Math.min(tenorSec, type(uint32).max - 1);
        while (bucket < edges.length && edges[bucket] <= value) ++bucket;
    }

    function _requireValidMarket(Market memory checked) private pure {
        bool tooFine = Math.max(checked.baseDecimals, checked.quoteDecimals) > MarginMath.MAX_DECIMALS;
        if (tooFine || checked.minBase == 0 || checked.minQuote == 0) {
            revert VaultMarketInvalid(checked.base, checked.quote);
        }
    }
}
