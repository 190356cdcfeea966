// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IOptionVaultSettings} from "../interfaces/IOptionVaultSettings.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {PositionWords} from "../libraries/PositionWords.sol";
import {MarketSide, StoredGrid} from "../types/VaultState.sol";
import {ClassGrid, FundTerms, LiquidationSettings, Market, MarketCaps, MarketValves} from "../types/VaultTypes.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title What the DAO sets
abstract contract VaultAdmin is VaultStorage, IOptionVaultSettings {
    uint256 private constant MIN_VALVE_WINDOW_SEC = 10 minutes;
    uint256 private constant MAX_VALVE_WINDOW_SEC = 7 days;
    /// @dev A liquidator must keep most of what he is paid for.
    uint256 private constant MAX_FUND_FEE_BPS = 2_000;

    /// @inheritdoc IOptionVaultSettings
    function addMarket(
        address base,
        address quote,
        uint80 minBase,
        uint80 minQuote
    ) external restricted returns (uint24 marketId) {
        if (base == quote || base == address(0) || quote == address(0)) {
            revert VaultMarketInvalid(base, quote);
        }
        marketId = _state.marketCount + 1;
        if (marketId > PositionWords.MAX_MARKET_ID) revert VaultMarketInvalid(base, quote);
        _state.marketCount = marketId;
        Market memory added = Market({
            base: base,
            minBase: minBase,
            quote: quote,
            minQuote: minQuote,
            baseDecimals: IERC20Metadata(base).decimals(),
            quoteDecimals: IERC20Metadata(quote).decimals(),
            live: true
        });
        _requireValid(added);
        MarketCaps memory none = MarketCaps(type(uint64).max, type(uint104).max, type(uint64).max, type(uint24).max);
        _state.sides[VaultKit.sideKey(marketId, false)] = MarketSide(base, minBase, added.baseDecimals, true, none);
        _state.sides[VaultKit.sideKey(marketId, true)] = MarketSide(quote, minQuote, added.quoteDecimals, true, none);
        emit MarketAdded(marketId, added);
    }

    /// @inheritdoc IOptionVaultSettings
    function updateMarket(uint24 marketId, bool live, uint80 minBase, uint80 minQuote) external restricted {
        MarketSide storage calls = _state.sides[VaultKit.sideKey(marketId, false)];
        MarketSide storage puts = _state.sides[VaultKit.sideKey(marketId, true)];
        if (puts.token == address(0)) revert VaultMarketUnknown(marketId);
        if (minBase == 0 || minQuote == 0) revert VaultMarketInvalid(calls.token, puts.token);
        (calls.live, calls.minCollateral) = (live, minBase);
        (puts.live, puts.minCollateral) = (live, minQuote);
        emit MarketUpdated(marketId, live, minBase, minQuote);
    }

    /// @inheritdoc IOptionVaultSettings
    function stopMarket(uint24 marketId) external restricted {
        MarketSide storage calls = _state.sides[VaultKit.sideKey(marketId, false)];
        MarketSide storage puts = _state.sides[VaultKit.sideKey(marketId, true)];
        if (puts.token == address(0)) revert VaultMarketUnknown(marketId);
        (calls.live, puts.live) = (false, false);
        emit MarketUpdated(marketId, false, calls.minCollateral, puts.minCollateral);
    }

    /// @inheritdoc IOptionVaultSettings
    function setMarketCaps(uint24 marketId, bool isPut, MarketCaps calldata caps) external restricted {
        MarketSide storage side = _state.sides[VaultKit.sideKey(marketId, isPut)];
        if (side.token == address(0)) revert VaultMarketUnknown(marketId);
        side.caps = caps;
        emit MarketCapsSet(marketId, isPut, caps);
    }

    /// @inheritdoc IOptionVaultSettings
    function setClassGrid(uint24 marketId, ClassGrid calldata grid) external restricted {
        if (marketId == 0 || marketId > _state.marketCount) revert VaultMarketUnknown(marketId);
        uint256 edges;
        for (uint256 i = 0; i < grid.moneynessEdgesBps.length; ++i) {
            uint256 edge = grid.moneynessEdgesBps[i];
            if (i != 0 && grid.moneynessEdgesBps[i - 1] > edge) {
                revert VaultClassGridInvalid(marketId);
            }
            edges |= edge << (i * 16);
        }
        for (uint256 i = 0; i < grid.tenorEdgesSec.length; ++i) {
            uint256 edge = grid.tenorEdgesSec[i];
            if (i != 0 && grid.tenorEdgesSec[i - 1] > edge) revert VaultClassGridInvalid(marketId);
            edges |= edge << (112 + i * 32);
        }
        uint256[2] memory classes;
        for (uint256 i = 0; i < grid.classIds.length; ++i) {
            classes[i / 16] |= uint256(grid.classIds[i]) << ((i % 16) * 16);
        }
        StoredGrid storage stored = _state.grids[marketId];
        (stored.edges, stored.classes) = (edges, classes);
        emit ClassGridSet(marketId, grid);
    }

    /// @inheritdoc IOptionVaultSettings
    function setLiquidationSettings(LiquidationSettings calldata settings) external restricted {
        _setLiquidationSettings(settings);
    }

    /// @inheritdoc IOptionVaultSettings
    function setMarketValves(uint24 marketId, MarketValves calldata valves) external restricted {
        if (marketId == 0 || marketId > _state.marketCount) revert VaultMarketUnknown(marketId);
        bool inRange = valves.windowSec >= MIN_VALVE_WINDOW_SEC && valves.windowSec <= MAX_VALVE_WINDOW_SEC;
        if (!inRange || valves.cautionLimitE8 == 0) revert VaultValvesInvalid(marketId, valves);
        _state.valves[marketId].terms = valves;
        emit MarketValvesSet(marketId, valves);
    }

    /// @inheritdoc IOptionVaultSettings
    function setFund(address token, FundTerms calldata terms) external restricted {
        bool lacksFund = terms.fund == address(0) && terms.feeBps != 0;
        if (terms.feeBps > MAX_FUND_FEE_BPS || lacksFund) revert VaultFundInvalid(token, terms);
        _state.funds[token] = terms;
        emit FundSet(token, terms);
    }

    function _requireValid(Market memory checked) private pure {
        bool tooFine =
            checked.baseDecimals > MarginMath.MAX_DECIMALS || checked.quoteDecimals > MarginMath.MAX_DECIMALS;
        if (tooFine || checked.minBase == 0 || checked.minQuote == 0) {
            revert VaultMarketInvalid(checked.base, checked.quote);
        }
    }
}
