// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {IPriceGuard} from "../interfaces/IPriceGuard.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {PositionWords, ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {MarketSide, StoredGrid, StoredPosition, VaultState} from "../types/VaultState.sol";

/// @notice The contracts the vault asks.
struct Links {
    IRiskOracle oracle;
    IPriceGuard guard;
}

/// @notice What a side of a market says about its collateral.
struct SideTerms {
    IERC20 token;
    uint256 minCollateral;
    uint256 decimals;
    bool live;
}

/// @title Steps that the vault's calls and its linked libraries share
library VaultKit {
    int256 internal constant HEALTHY_WAD = int256(MarginMath.WAD);

    uint256 private constant TENOR_BUCKETS = 4;
    uint256 private constant MONEYNESS_EDGES = 7;
    uint256 private constant MONEYNESS_EDGE_BITS = 16;
    uint256 private constant TENOR_EDGES = 3;
    uint256 private constant TENOR_EDGE_BITS = 32;
    uint256 private constant TENOR_SHIFT = MONEYNESS_EDGES * MONEYNESS_EDGE_BITS;
    uint256 private constant CLASS_BITS = 16;
    uint256 private constant CLASSES_PER_WORD = 16;

    /// @notice Key of one side of a market.
    function sideKey(uint256 marketId, bool isPut) internal pure returns (uint256 key) {
        return marketId * 2 + (isPut ? 1 : 0);
    }

    /// @notice Terms of a series' side; reverts for an unknown market.
    function termsOf(VaultState storage state, Series memory series) internal view returns (SideTerms memory terms) {
        MarketSide storage side = state.sides[sideKey(series.marketId, series.isPut)];
        (terms.token, terms.minCollateral) = (IERC20(side.token), side.minCollateral);
        (terms.decimals, terms.live) = (side.decimals, side.live);
        if (address(terms.token) == address(0)) revert IOptionVaultLog.VaultMarketUnknown(series.marketId);
    }

    /// @notice A position, active or not; reverts for an id that never existed.
    function load(VaultState storage state, uint256 positionId) internal view returns (ShortPosition memory position) {
        StoredPosition storage stored = state.positions[positionId];
        PositionWords.unpack(position, positionId, stored.terms, stored.state);
        if (position.owner == address(0)) revert IOptionVaultLog.VaultPositionUnknown(positionId);
    }

    /// @notice An active position; reverts for others.
    function active(
        VaultState storage state,
        uint256 positionId
    ) internal view returns (ShortPosition memory position) {
        readActive(state, positionId, position);
    }

    /// @notice As {active}, into a struct that is there already.
    function readActive(VaultState storage state, uint256 positionId, ShortPosition memory position) internal view {
        StoredPosition storage stored = state.positions[positionId];
        PositionWords.unpack(position, positionId, stored.terms, stored.state);
        if (position.sizeE8 == 0) revert IOptionVaultLog.VaultPositionInactive(positionId);
    }

    /// @notice Spot of the series' underlying; reverts without a good price.
    function spotE8(Links memory links, Series memory series) internal view returns (uint256 priceE8) {
        (priceE8, ) = links.guard.spotE8(series.marketId);
    }

    /// @notice Payoff of a position's contracts at a price.
    function payoffAt(ShortPosition memory position, uint256 priceE8) internal pure returns (Payoff memory payoff) {
        Series memory series = position.series;
        return MarginMath.payoffAt(series.isPut, series.strikeE8, priceE8, position.decimals);
    }

    /// @notice Payoff of a series' contracts at a price.
    function payoffAt(
        Series memory series,
        uint256 priceE8,
        uint256 decimals
    ) internal pure returns (Payoff memory payoff) {
        return MarginMath.payoffAt(series.isPut, series.strikeE8, priceE8, decimals);
    }

    /// @notice Health of a position at a payoff and a ratio.
    function health(
        ShortPosition memory position,
        Payoff memory payoff,
        uint256 rhoBps
    ) internal pure returns (int256 healthWad) {
        return MarginMath.healthWadDown(payoff, position.sizeE8, position.collateral, rhoBps);
    }

    /// @notice Reverts from expiry on.
    function requireBeforeExpiry(Series memory series) internal view {
        if (block.timestamp >= series.expiry) {
            revert IOptionVaultLog.VaultSeriesExpired(SeriesId.encode(series), series.expiry);
        }
    }

    /// @notice Zero is refused too: a call that changes nothing is a mistake of the caller.
    function requireAmount(uint256 amount, uint256 limit) internal pure {
        if (amount == 0 || amount > limit) revert IOptionVaultLog.VaultAmountInvalid(amount, limit);
    }

    /// @notice Moneyness in basis points: K/S for calls, S/K for puts.
    function moneynessBps(Series memory series, uint256 priceE8) internal pure returns (uint256 bps) {
        (uint256 above, uint256 below) = series.isPut
            ? (priceE8, uint256(series.strikeE8))
            : (uint256(series.strikeE8), priceE8);
        // A strike of zero is refused before anything is opened; here it is merely the last bucket.
        return below == 0 ? type(uint256).max : (above * MarginMath.BPS) / below;
    }

    /// @notice Class of a series at a moneyness, now. Reads two words.
    function classAt(
        VaultState storage state,
        Series memory series,
        uint256 atMoneynessBps
    ) internal view returns (uint16 classId) {
        StoredGrid storage grid = state.grids[series.marketId];
        uint256 edges = grid.edges;
        uint256 tenorSec = Math.saturatingSub(series.expiry, block.timestamp);
        uint256 cell = _bucket(edges, MONEYNESS_EDGES, MONEYNESS_EDGE_BITS, atMoneynessBps) * TENOR_BUCKETS;
        cell += _bucket(edges >> TENOR_SHIFT, TENOR_EDGES, TENOR_EDGE_BITS, tenorSec);
        classId = uint16(grid.classes[cell / CLASSES_PER_WORD] >> ((cell % CLASSES_PER_WORD) * CLASS_BITS));
        if (classId == 0) revert IOptionVaultLog.VaultClassUnset(series.marketId, cell);
    }

    /// @dev Number of edges at or below a value. The type's maximum marks unused edges, so no value may reach it.
    function _bucket(uint256 edges, uint256 count, uint256 bits, uint256 value) private pure returns (uint256 bucket) {
        uint256 mask = (1 << bits) - 1;
        uint256 capped = Math.min(value, mask - 1);
        while (bucket < count && (edges >> (bucket * bits)) & mask <= capped) ++bucket;
    }
}
