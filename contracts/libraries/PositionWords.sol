// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Series, SeriesId} from "./SeriesId.sol";

/// @notice A short position, unpacked from its two storage words.
/// @param id position id, not stored in the words
/// @param owner writer
/// @param series what was sold
/// @param sizeE8 contracts × 1e8; 0 once closed or settled
/// @param collateral token units
/// @param coolOffFrom time the owner last increased the risk
/// @param flaggedAt time of the last flag, running or ended; 0 before the first
/// @param flagPiBps π frozen at that flag
/// @param decimals decimals of the collateral token, which never change
/// @param isFlagged whether the flag runs
/// @param isCharged whether the flag was paid for out of the budget of parameter-caused liquidations
struct ShortPosition {
    uint256 id;
    address owner;
    Series series;
    uint256 sizeE8;
    uint256 collateral;
    uint256 coolOffFrom;
    uint256 flaggedAt;
    uint256 flagPiBps;
    uint256 decimals;
    bool isFlagged;
    bool isCharged;
}

/// @title A short position in two storage words
/// @notice First word, never changed but for the owner, from the highest bit: owner 160 · market 15 · type 1 (1 = put) ·
/// expiry day 16 · strike 64. Second word: size 64 · collateral 104 · coolOffFrom 32 · flaggedAt 32 · flagPi 14 ·
/// decimals 5 · charged 1 · flagged 1 · three unused bits lowest. The second word is 0 once the position is closed or
/// settled. Series outside these limits cannot be opened: market 2^15 − 1, expiries at 08:00 UTC until the year 2149.
library PositionWords {
    /// @notice Largest market id.
    uint256 internal constant MAX_MARKET_ID = (1 << 15) - 1;
    /// @notice Last day, since the epoch, on which an option may expire.
    uint256 internal constant MAX_EXPIRY_DAY = type(uint16).max;

    uint256 private constant OWNER_SHIFT = 96;
    uint256 private constant MARKET_SHIFT = 81;
    uint256 private constant PUT_BIT = 1 << 80;
    uint256 private constant DAY_SHIFT = 64;

    uint256 private constant SIZE_SHIFT = 192;
    uint256 private constant COLLATERAL_SHIFT = 88;
    uint256 private constant COOL_OFF_SHIFT = 56;
    uint256 private constant FLAGGED_SHIFT = 24;
    uint256 private constant PI_SHIFT = 10;
    uint256 private constant PI_MASK = (1 << 14) - 1;
    uint256 private constant DECIMALS_SHIFT = 5;
    uint256 private constant DECIMALS_MASK = (1 << 5) - 1;
    uint256 private constant CHARGED_BIT = 1 << 4;
    uint256 private constant FLAGGED_BIT = 1 << 3;

    /// @notice A field does not fit its lane; the vault's limits lie below.
    error PositionWordOverflow(uint256 positionId);

    /// @notice First word. The series must have passed {SeriesId.requireOpenable}: its expiry is then on the daily grid.
    function packTerms(ShortPosition memory position) internal pure returns (uint256 word) {
        Series memory series = position.series;
        uint256 day = series.expiry / 1 days;
        if (series.marketId > MAX_MARKET_ID || day > MAX_EXPIRY_DAY) revert PositionWordOverflow(position.id);
        word = (uint256(uint160(position.owner)) << OWNER_SHIFT) | (uint256(series.marketId) << MARKET_SHIFT);
        word |= (day << DAY_SHIFT) | series.strikeE8;
        if (series.isPut) word |= PUT_BIT;
    }

    /// @notice Second word.
    function packState(ShortPosition memory position) internal pure returns (uint256 word) {
        uint256 excess = (position.sizeE8 >> 64) | (position.collateral >> 104) | (position.flagPiBps & ~PI_MASK);
        excess |= ((position.coolOffFrom | position.flaggedAt) >> 32) | (position.decimals & ~DECIMALS_MASK);
        if (excess != 0) revert PositionWordOverflow(position.id);
        word =
            (position.sizeE8 << SIZE_SHIFT) |
            (position.collateral << COLLATERAL_SHIFT) |
            (position.coolOffFrom << COOL_OFF_SHIFT) |
            (position.flaggedAt << FLAGGED_SHIFT) |
            (position.flagPiBps << PI_SHIFT) |
            (position.decimals << DECIMALS_SHIFT);
        if (position.isCharged) word |= CHARGED_BIT;
        if (position.isFlagged) word |= FLAGGED_BIT;
    }

    /// @notice Both words unpacked into `position`: returned, it would be allocated anew by every function that it passes
    /// through. The narrowing casts cut the fields out of the words.
    function unpack(ShortPosition memory position, uint256 positionId, uint256 terms, uint256 state) internal pure {
        position.id = positionId;
        position.owner = address(uint160(terms >> OWNER_SHIFT));
        Series memory series = position.series;
        series.marketId = uint24((terms >> MARKET_SHIFT) & MAX_MARKET_ID);
        series.strikeE8 = uint64(terms);
        series.expiry = uint40(uint256(uint16(terms >> DAY_SHIFT)) * 1 days + SeriesId.EXPIRY_SECOND_OF_DAY);
        series.isPut = terms & PUT_BIT != 0;
        position.sizeE8 = state >> SIZE_SHIFT;
        position.collateral = uint104(state >> COLLATERAL_SHIFT);
        position.coolOffFrom = uint32(state >> COOL_OFF_SHIFT);
        position.flaggedAt = uint32(state >> FLAGGED_SHIFT);
        position.flagPiBps = (state >> PI_SHIFT) & PI_MASK;
        position.decimals = (state >> DECIMALS_SHIFT) & DECIMALS_MASK;
        position.isCharged = state & CHARGED_BIT != 0;
        position.isFlagged = state & FLAGGED_BIT != 0;
    }
}
