// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/Test.sol";
import {PositionWords, ShortPosition} from "../../../contracts/libraries/PositionWords.sol";
import {SeriesSums} from "../../../contracts/libraries/SeriesSums.sol";

/// @title Storage words of positions and series
contract VaultWordsTest is Test {
    function _packState(ShortPosition memory position) external pure returns (uint256) {
        return PositionWords.packState(position);
    }

    function _packTerms(ShortPosition memory position) external pure returns (uint256) {
        return PositionWords.packTerms(position);
    }

    function _packSums(uint256 sizeE8, uint256 collateral, uint256 count) external pure returns (uint256) {
        return SeriesSums.pack(sizeE8, collateral, count);
    }

    function test_RevertWhen_AFieldIsOneBitTooWide() external {
        for (uint256 field = 0; field < 8; ++field) {
            ShortPosition memory position;
            position.id = 7;
            if (field == 0) position.sizeE8 = 1 << 64;
            if (field == 1) position.collateral = 1 << 104;
            if (field == 2) position.coolOffFrom = 1 << 32;
            if (field == 3) position.flaggedAt = 1 << 32;
            if (field == 4) position.flagPiBps = 1 << 14;
            if (field == 5) position.decimals = 1 << 5;
            if (field == 6) position.series.marketId = 1 << 15;
            if (field == 7) position.series.expiry = uint40((1 << 16) * 1 days);
            vm.expectRevert(abi.encodeWithSelector(PositionWords.PositionWordOverflow.selector, 7));
            if (field < 6) this._packState(position);
            else this._packTerms(position);
        }
        vm.expectRevert(SeriesSums.SeriesSumsOverflow.selector);
        this._packSums(1 << 96, 0, 0);
        vm.expectRevert(SeriesSums.SeriesSumsOverflow.selector);
        this._packSums(0, 1 << 128, 0);
        vm.expectRevert(SeriesSums.SeriesSumsOverflow.selector);
        this._packSums(0, 0, 1 << 32);
    }

    /// @dev All lanes full; the three lowest bits of the second word belong to none.
    function test_EveryFieldMayFillItsLane() external pure {
        uint256 ones = type(uint256).max;
        ShortPosition memory position;
        PositionWords.unpack(position, 7, ones, ones);
        assertEq(PositionWords.packTerms(position), ones);
        assertEq(PositionWords.packState(position), ones << 3);
        PositionWords.unpack(position, 7, ones, 7);
        assertFalse(position.isCharged || position.isFlagged);
        assertEq(SeriesSums.pack(type(uint96).max, type(uint128).max, type(uint32).max), ones);
    }

    function testFuzz_PositionSurvivesItsWords(ShortPosition memory position) external pure {
        position.series.marketId %= 1 << 15;
        position.series.expiry = (position.series.expiry % (1 << 16)) * 1 days + 8 hours;
        (position.sizeE8, position.collateral) = (uint64(position.sizeE8), uint104(position.collateral));
        (position.coolOffFrom, position.flaggedAt) = (uint32(position.coolOffFrom), uint32(position.flaggedAt));
        (position.flagPiBps, position.decimals) = (position.flagPiBps % (1 << 14), position.decimals % 32);
        ShortPosition memory found;
        (uint256 terms, uint256 state) = (PositionWords.packTerms(position), PositionWords.packState(position));
        PositionWords.unpack(found, position.id, terms, state);
        assertEq(keccak256(abi.encode(found)), keccak256(abi.encode(position)));
    }

    function testFuzz_SumsSurviveTheirWord(uint96 sizeE8, uint128 collateral, uint32 count) external pure {
        uint256 word = SeriesSums.pack(sizeE8, collateral, count);
        assertEq(SeriesSums.sizeOf(word), sizeE8);
        assertEq(SeriesSums.collateralOf(word), collateral);
        assertEq(SeriesSums.countOf(word), count);
    }
}
