// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IOptionToken} from "../../../contracts/interfaces/IOptionToken.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {IPriceGuard} from "../../../contracts/interfaces/IPriceGuard.sol";
import {MarginMath} from "../../../contracts/libraries/MarginMath.sol";
import {SeriesId} from "../../../contracts/libraries/SeriesId.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Opening, changing and closing positions
contract VaultPositionsTest is VaultFixture {
    /// @dev At the money, ρ initial = 33 %: 0.33 · 60 000 USD.
    uint128 private constant PUT_MARGIN = 19_800e6;
    uint128 private constant CALL_MARGIN = 0.33e8;

    function _expect(bytes memory revertData) private {
        vm.expectRevert(revertData);
        vm.prank(writer);
    }

    function test_RevertWhen_SeriesIsMalformed() external {
        _expect(abi.encodeWithSelector(SeriesId.SeriesIdUnknownBits.selector, put | (1 << 129)));
        vault.open(put | (1 << 129), ONE, PUT_MARGIN, holder);
        uint256 free = vault.seriesIdOf(MARKET, 0, EXPIRY, true);
        _expect(abi.encodeWithSelector(SeriesId.SeriesStrikeZero.selector, free));
        vault.open(free, ONE, PUT_MARGIN, holder);
        uint256 offGrid = vault.seriesIdOf(MARKET, STRIKE, EXPIRY + 1, true);
        _expect(abi.encodeWithSelector(SeriesId.SeriesExpiryOffGrid.selector, EXPIRY + 1));
        vault.open(offGrid, ONE, PUT_MARGIN, holder);
        uint256 unknown = vault.seriesIdOf(2, STRIKE, EXPIRY, true);
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultMarketUnknown.selector, 2));
        vault.open(unknown, ONE, PUT_MARGIN, holder);
    }

    function test_RevertWhen_TenorIsOutOfRange() external {
        vm.warp(EXPIRY - 1 hours + 1);
        _setPrice(SPOT);
        _expect(
            abi.encodeWithSelector(
                SeriesId.SeriesTenorOutOfRange.selector,
                EXPIRY,
                block.timestamp + 1 hours,
                block.timestamp + 180 days
            )
        );
        vault.open(put, ONE, PUT_MARGIN, holder);
        uint40 far = EXPIRY + 180 days;
        uint256 farPut = vault.seriesIdOf(MARKET, STRIKE, far, true);
        vm.expectPartialRevert(SeriesId.SeriesTenorOutOfRange.selector);
        vm.prank(writer);
        vault.open(farPut, ONE, PUT_MARGIN, holder);
        vm.warp(EXPIRY - 1 hours);
        _setPrice(SPOT);
        vm.prank(writer);
        vault.open(put, ONE, PUT_MARGIN, holder);
    }

    function test_RevertWhen_MintingMoreWithLessThanTheLeastTenorLeft() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        vm.warp(EXPIRY - 1 hours + 1);
        _setPrice(SPOT);
        vm.expectPartialRevert(SeriesId.SeriesTenorOutOfRange.selector);
        vm.prank(writer);
        vault.mintMore(id, ONE, PUT_MARGIN, holder);
        vm.warp(EXPIRY - 1 hours);
        _setPrice(SPOT);
        vm.prank(writer);
        vault.mintMore(id, ONE, PUT_MARGIN, holder);
    }

    function test_RevertWhen_AmountsAreOutOfRange() external {
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultAmountInvalid.selector, 0, MarginMath.MAX_SIZE_E8));
        vault.open(put, 0, PUT_MARGIN, holder);
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultAmountInvalid.selector, 2 ** 64, MarginMath.MAX_SIZE_E8));
        vault.open(put, 2 ** 64, PUT_MARGIN, holder);
        _expect(
            abi.encodeWithSelector(IOptionVaultLog.VaultAmountInvalid.selector, 2 ** 104, MarginMath.MAX_COLLATERAL)
        );
        vault.open(put, ONE, 2 ** 104, holder);
    }

    function test_RevertWhen_CollateralIsOneUnitShort() external {
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, PUT_MARGIN - 1, PUT_MARGIN));
        vault.open(put, ONE, PUT_MARGIN - 1, holder);
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, CALL_MARGIN - 1, CALL_MARGIN));
        vault.open(call, ONE, CALL_MARGIN - 1, holder);
    }

    function test_RevertWhen_CollateralIsBelowMinimum() external {
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, MIN_QUOTE - 1, MIN_QUOTE));
        vault.open(put, 1, MIN_QUOTE - 1, holder);
        _open(put, 1, MIN_QUOTE);
    }

    function test_RevertWhen_PriceIsStale() external {
        vm.warp(block.timestamp + 1 hours + 1);
        _expect(abi.encodeWithSelector(IPriceGuard.PriceStale.selector, feed, START, 1 hours));
        vault.open(put, ONE, PUT_MARGIN, holder);
    }

    function test_RevertWhen_MarketIsNotLive() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        vault.updateMarket(MARKET, false, MIN_BASE, MIN_QUOTE);
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultMarketNotLive.selector, MARKET));
        vault.open(put, ONE, PUT_MARGIN, holder);
        _expect(abi.encodeWithSelector(IOptionVaultLog.VaultMarketNotLive.selector, MARKET));
        vault.mintMore(id, ONE, PUT_MARGIN, holder);
        vm.prank(writer);
        vault.addCollateral(id, 1);
    }

    function test_RevertWhen_CallerIsNotOwner() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        bytes memory notOwner = abi.encodeWithSelector(IOptionVaultLog.VaultNotOwner.selector, id, holder);
        vm.startPrank(holder);
        vm.expectRevert(notOwner);
        vault.mintMore(id, 1, 1, holder);
        vm.expectRevert(notOwner);
        vault.removeCollateral(id, 1, holder);
        vm.expectRevert(notOwner);
        vault.close(id, 1, 1);
        vm.stopPrank();
        bytes memory locked = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, writer);
        _expect(locked);
        vault.addMarket(address(quote), address(base), 1, 1);
        _expect(locked);
        vault.updateMarket(MARKET, true, 1, 1);
        _expect(locked);
        vault.stopMarket(MARKET);
        _expect(locked);
        vault.setClassGrid(MARKET, _grid());
        _expect(locked);
        vault.setLiquidationSettings(_settings());
        _expect(abi.encodeWithSelector(IOptionToken.OptionTokenOnlyVault.selector, writer));
        longs.mint(writer, put, 1);
        _expect(abi.encodeWithSelector(IOptionToken.OptionTokenOnlyVault.selector, writer));
        longs.burn(holder, put, 1);
    }

    function test_RevertWhen_PositionIsUnknownOrClosed() external {
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionUnknown.selector, 1));
        vault.describePosition(1);
        uint256 id = _closedPosition();
        bytes memory inactive = abi.encodeWithSelector(IOptionVaultLog.VaultPositionInactive.selector, id);
        _expect(inactive);
        vault.addCollateral(id, 1);
        _expect(inactive);
        vault.close(id, 1, 0);
        _expect(inactive);
        vault.flag(id);
        assertFalse(_view(id).active);
    }

    function _closedPosition() private returns (uint256 id) {
        id = _open(put, ONE, PUT_MARGIN);
        _giveLongs(writer, put, ONE);
        vm.prank(writer);
        assertEq(vault.close(id, ONE, 0), PUT_MARGIN);
    }

    function test_RevertWhen_Expired() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        vm.warp(EXPIRY);
        bytes memory expired = abi.encodeWithSelector(IOptionVaultLog.VaultSeriesExpired.selector, put, EXPIRY);
        _expect(expired);
        vault.addCollateral(id, 1);
        _expect(expired);
        vault.removeCollateral(id, 1, writer);
        _expect(expired);
        vault.mintMore(id, 1, 1, writer);
        _expect(expired);
        vault.close(id, 1, 0);
        _expect(expired);
        vault.flag(id);
        _expect(expired);
        vault.liquidate(id, 1, 0, "");
    }

    function test_Open() external {
        vm.expectEmit(true, true, true, true, address(vault));
        emit IOptionVaultLog.PositionOpened(1, writer, put, ONE, PUT_MARGIN, 4 + 1, holder);
        uint256 id = _open(put, ONE, PUT_MARGIN);
        IPositionSource.PositionView memory p = _view(id);
        assertEq(p.owner, writer);
        assertEq(p.seriesId, put);
        assertEq(p.sizeE8, ONE);
        assertEq(p.collateral, PUT_MARGIN);
        assertTrue(p.active);
        assertEq(longs.balanceOf(holder, put), ONE);
        assertEq(quote.balanceOf(address(vault)), PUT_MARGIN);
        assertEq(_state(put).shortOiE8, ONE);
        assertEq(_state(put).collateral, PUT_MARGIN);
        assertEq(_state(put).unsettledCount, 1);
        // 33 % posted where 30 % is asked: health 1.1.
        assertEq(vault.healthOf(id), 1.1e18);
        assertEq(vault.positionCount(), 1);
    }

    function test_MintMoreAndRemove() external {
        uint256 id = _open(call, ONE, CALL_MARGIN);
        _expect(
            abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, 2 * CALL_MARGIN - 1, 2 * CALL_MARGIN)
        );
        vault.mintMore(id, ONE, CALL_MARGIN - 1, holder);
        vm.startPrank(writer);
        vault.mintMore(id, ONE, CALL_MARGIN + 10, holder);
        assertEq(_view(id).epoch, 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vault.removeCollateral(id, 11, writer);
        vault.removeCollateral(id, 10, writer);
        vm.stopPrank();
        assertEq(_view(id).epoch, 2);
        assertEq(_collateralOf(id), 2 * CALL_MARGIN);
        assertEq(longs.balanceOf(holder, call), 2 * ONE);
        assertEq(_state(call).shortOiE8, 2 * ONE);
    }

    function test_NewRiskMeetsTheHigherOfPositionAndOpeningRequirement() external {
        uint256 id = _open(call, ONE, CALL_MARGIN);
        oracle.setParams(address(vault), id, 5_000, 1_000);
        vm.prank(writer);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, 1.0e8, 1.1e8));
        vault.mintMore(id, ONE, 0.67e8, holder);
        oracle.setParams(address(vault), id, 1_000, 500);
        vm.prank(writer);
        vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
        vault.removeCollateral(id, 1, writer);
    }

    function test_AddCollateralNeedsNeitherPriceNorOracleNorOwner() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        vm.warp(EXPIRY - 1);
        vm.mockCallRevert(address(oracle), bytes(""), "dead");
        vm.prank(liquidator);
        vault.addCollateral(id, 5);
        // describePosition asks the oracle for the epoch, the series sum does not.
        assertEq(_state(put).collateral, PUT_MARGIN + 5);
    }

    function test_CloseProRataNeedsNoPrice() external {
        uint256 id = _open(put, ONE, PUT_MARGIN);
        _giveLongs(writer, put, ONE);
        vm.warp(EXPIRY - 1);
        vm.startPrank(writer);
        vm.expectPartialRevert(IPriceGuard.PriceStale.selector);
        vault.close(id, ONE / 4, PUT_MARGIN / 4 + 1);
        assertEq(vault.close(id, ONE / 4, PUT_MARGIN / 4), PUT_MARGIN / 4);
        assertEq(_view(id).epoch, 0);
        assertEq(vault.close(id, ONE - ONE / 4, 0), PUT_MARGIN - PUT_MARGIN / 4);
        vm.stopPrank();
        assertEq(quote.balanceOf(address(vault)), 0);
        assertEq(_state(put).unsettledCount, 0);
    }

    function test_RevertWhen_CloseLeavesDustOrTakesTooMuch() external {
        uint256 id = _open(put, ONE, 2 * PUT_MARGIN);
        _giveLongs(writer, put, ONE);
        vm.startPrank(writer);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, MIN_QUOTE - 1, MIN_QUOTE)
        );
        vault.close(id, ONE - 1, 2 * PUT_MARGIN - MIN_QUOTE + 1);
        vm.expectPartialRevert(IOptionVaultLog.VaultAmountInvalid.selector);
        vault.close(id, ONE / 2, 2 * PUT_MARGIN + 1);
        // More than the share, but the rest meets the initial requirement: allowed, and counts as new risk.
        vault.close(id, ONE / 2, PUT_MARGIN + PUT_MARGIN / 2);
        assertEq(_view(id).epoch, 1);
        assertEq(_collateralOf(id), PUT_MARGIN / 2);
    }

    function testFuzz_RequirementLiesBetweenIntrinsicAndMaxLoss(
        uint64 strikeE8,
        uint64 spotE8,
        uint80 sizeE8
    ) external {
        strikeE8 = uint64(bound(strikeE8, 1e4, 10_000_000e8));
        spotE8 = uint64(bound(spotE8, 1e8, 10_000_000e8));
        sizeE8 = uint80(bound(sizeE8, 1, MarginMath.MAX_SIZE_E8));
        _setPrice(spotE8);
        (uint256 required, , ) = vault.requiredCollateral(vault.seriesIdOf(MARKET, strikeE8, EXPIRY, true), sizeE8);
        uint256 maxLoss = (uint256(sizeE8) * strikeE8 + 1e10 - 1) / 1e10;
        uint256 intrinsic = strikeE8 > spotE8 ? (uint256(sizeE8) * (strikeE8 - spotE8)) / 1e10 : 0;
        assertGe(required, intrinsic);
        assertLe(required, maxLoss > MIN_QUOTE ? maxLoss : MIN_QUOTE);
    }
}
