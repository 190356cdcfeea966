// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A European, cash-settled option series.
/// @param marketId market of the underlying
/// @param strikeE8 USD, 1e-8
/// @param expiry seconds since the epoch
/// @param isPut true for puts (quote collateral), false for calls (base collateral)
struct Series {
    uint24 marketId;
    uint64 strikeE8;
    uint40 expiry;
    bool isPut;
}

/// @title Self-describing series ids
/// @notice market 24 · strike 64 · expiry 40 · type 1, the type in the lowest bit; the upper 127 bits are zero. A series
/// needs no registration and no storage. Mirrored in `oracle/rules/series-id.ts`.
library SeriesId {
    /// @notice Options expire at 08:00 UTC, as on the reference venue (Deribit).
    uint256 internal constant EXPIRY_SECOND_OF_DAY = 8 hours;
    /// @notice Shortest life at opening: leaves time for a first score and its grace period.
    uint256 internal constant MIN_TENOR_SEC = 1 hours;
    /// @notice Longest life at opening.
    uint256 internal constant MAX_TENOR_SEC = 180 days;

    uint256 private constant TYPE_BITS = 1;
    uint256 private constant EXPIRY_SHIFT = TYPE_BITS;
    uint256 private constant STRIKE_SHIFT = EXPIRY_SHIFT + 40;
    uint256 private constant MARKET_SHIFT = STRIKE_SHIFT + 64;
    uint256 private constant USED_BITS = MARKET_SHIFT + 24;

    /// @notice Bits above the used ones are set.
    error SeriesIdUnknownBits(uint256 seriesId);
    /// @notice A strike of zero.
    error SeriesStrikeZero(uint256 seriesId);
    /// @notice The expiry is not at 08:00 UTC.
    error SeriesExpiryOffGrid(uint40 expiry);
    /// @notice The expiry is nearer than the shortest or farther than the longest tenor.
    error SeriesTenorOutOfRange(uint40 expiry, uint256 earliest, uint256 latest);

    /// @notice Packs a series into its id.
    function encode(Series memory series) internal pure returns (uint256 seriesId) {
        return
            (uint256(series.marketId) << MARKET_SHIFT) |
            (uint256(series.strikeE8) << STRIKE_SHIFT) |
            (uint256(series.expiry) << EXPIRY_SHIFT) |
            (series.isPut ? 1 : 0);
    }

    /// @notice Unpacks an id; reverts when unknown bits are set, so that every series has exactly one id.
    function decode(uint256 seriesId) internal pure returns (Series memory series) {
        if (seriesId >> USED_BITS != 0) revert SeriesIdUnknownBits(seriesId);
        series.marketId = uint24(seriesId >> MARKET_SHIFT);
        series.strikeE8 = uint64(seriesId >> STRIKE_SHIFT);
        series.expiry = uint40(seriesId >> EXPIRY_SHIFT);
        series.isPut = seriesId & 1 == 1;
    }

    /// @notice Reverts unless a short of this series may be opened at `nowSec`. That the market is live is the vault's
    /// check.
    function requireOpenable(Series memory series, uint256 nowSec) internal pure {
        if (series.strikeE8 == 0) revert SeriesStrikeZero(encode(series));
        if (series.expiry % 1 days != EXPIRY_SECOND_OF_DAY) revert SeriesExpiryOffGrid(series.expiry);
        if (series.expiry < nowSec + MIN_TENOR_SEC || series.expiry > nowSec + MAX_TENOR_SEC) {
            revert SeriesTenorOutOfRange(series.expiry, nowSec + MIN_TENOR_SEC, nowSec + MAX_TENOR_SEC);
        }
    }
}
