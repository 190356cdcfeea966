// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {CoverStatus, ExitTicket, FundSettings} from "../../../contracts/types/FundTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {FeeToken} from "../vault/HostileTokens.sol";
import {FundFixture} from "./FundFixture.sol";

/// @title Deposits, exits and covers of the insurance fund
contract InsuranceFundTest is FundFixture {
    uint256 private constant SERIES = 7;

    function _maxDepositIsRefused(address account) private {
        assertEq(fund.maxDeposit(account), 0);
        assertEq(fund.maxMint(account), 0);
        vm.startPrank(account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxDeposit.selector);
        fund.deposit(1, account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxMint.selector);
        fund.mint(1, account);
        vm.stopPrank();
    }

    function _exitIsRefused(address account) private {
        assertEq(fund.maxRedeem(account), 0);
        assertEq(fund.maxWithdraw(account), 0);
        vm.startPrank(account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxRedeem.selector);
        fund.redeem(1, account, account);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxWithdraw.selector);
        fund.withdraw(1, account, account);
        vm.stopPrank();
    }

    function test_RevertWhen_SettingsAreOutsideTheirLimits() external {
        for (uint256 i = 0; i < 7; ++i) {
            FundSettings memory s = _settings();
            if (i == 0) s.settlementWindowSec = 20 hours + 1;
            if (i == 1) s.coolDownSec = 8 days + SETTLEMENT_WINDOW - 1;
            if (i == 2) s.coolDownSec = 90 days + 1;
            if (i == 3) s.exitWindowSec = 1 hours + SETTLEMENT_WINDOW - 1;
            if (i == 4) s.exitWindowSec = 7 days + 1;
            if (i == 5) s.utilisationBps = 5_001;
            if (i == 6) s.seriesCapBps = 1_001;
            vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSettingsInvalid.selector, s));
            fund.setSettings(s);
        }
        FundSettings memory tighter = _settings();
        tighter.seriesCapBps = 500;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        fund.setSettings(tighter);
        fund.setSettings(tighter);
        assertEq(fund.settings().seriesCapBps, 500);
    }

    function test_RevertWhen_CallerIsNotTheVault() external {
        bytes memory onlyVault = abi.encodeWithSelector(IInsuranceFund.FundOnlyVault.selector, address(this));
        vm.expectRevert(onlyVault);
        fund.suspendFor(SERIES);
        vm.expectRevert(onlyVault);
        fund.reserve(SERIES, 0);
        vm.expectRevert(onlyVault);
        fund.coverSeries(SERIES, 0);
    }

    function test_RevertWhen_NoTicket() external {
        bytes memory noTicket = abi.encodeWithSelector(IInsuranceFund.FundNoTicket.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(noTicket);
        fund.cancelExit();
        vm.expectRevert(noTicket);
        fund.requestExit(0);
        vm.expectPartialRevert(IInsuranceFund.FundSharesTooMany.selector);
        fund.requestExit(uint256(type(uint128).max) + 1);
    }

    function test_RevertWhen_AssetTakesAFee() external {
        FeeToken fee = new FeeToken();
        InsuranceFund other = new InsuranceFund(address(authority), address(driver), fee, _settings(), "", "");
        fee.mint(alice, 1e6);
        vm.startPrank(alice);
        fee.approve(address(other), 1e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundReceivedMismatch.selector, 0.99e6, 1e6));
        other.deposit(1e6, alice);
    }

    function test_ExitTakesTwoSteps() external {
        uint256 shares = _deposit(alice, 1_000e6);
        assertEq(shares, 1_000e6 * SHARE_UNIT);
        _exitIsRefused(alice);
        _requestExit(alice, shares);
        assertEq(fund.balanceOf(alice), 0);
        vm.warp(NOON + COOL_DOWN - 1);
        _exitIsRefused(alice);
        vm.warp(NOON + COOL_DOWN);
        assertEq(fund.maxRedeem(alice), shares);
        assertEq(_redeem(alice, shares / 4), 250e6);
        assertEq(fund.maxRedeem(alice), shares - shares / 4);
        vm.warp(NOON + COOL_DOWN + EXIT_WINDOW);
        _exitIsRefused(alice);
        vm.prank(alice);
        fund.cancelExit();
        assertEq(fund.balanceOf(alice), shares - shares / 4);
        assertEq(fund.exitTicket(alice).shares, 0);
    }

    /// @dev Adding to a ripe ticket must not make the added shares ripe.
    function test_RequestingMoreBeginsTheCoolDownAnew() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _requestExit(alice, shares / 2);
        vm.warp(NOON + COOL_DOWN);
        _requestExit(alice, shares / 2);
        _exitIsRefused(alice);
        assertEq(fund.exitTicket(alice).from, NOON + 2 * COOL_DOWN);
        assertEq(fund.exitTicket(alice).shares, shares);
    }

    function test_OthersNeedAnAllowanceForAnExit() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _ripen(alice);
        vm.prank(bob);
        vm.expectRevert();
        fund.redeem(shares, bob, alice);
        vm.prank(alice);
        fund.approve(bob, shares / 2);
        vm.startPrank(bob);
        vm.expectRevert();
        fund.redeem(shares / 2 + 1, bob, alice);
        fund.redeem(shares / 2, bob, alice);
    }

    function test_ClosedAfterEachExpiryForTheSettlementWindow() external {
        _deposit(alice, 1_000e6);
        _ripen(alice);
        uint256 expiry = NOON + COOL_DOWN + 20 hours;
        vm.warp(expiry - 1);
        assertTrue(fund.isOpen());
        vm.warp(expiry);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        vm.warp(expiry + SETTLEMENT_WINDOW - 1);
        _exitIsRefused(alice);
        vm.warp(expiry + SETTLEMENT_WINDOW);
        assertTrue(fund.isOpen());
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 1_000e6);
    }

    function test_ClosedWhileASeriesIsOpenOrAReservationIsOwedBack() external {
        _deposit(alice, 1_000e6);
        _ripen(alice);
        driver.suspendFor(SERIES);
        driver.suspendFor(SERIES);
        assertEq(fund.openSeries(), 1);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        driver.reserve(SERIES, 100e6);
        assertEq(fund.totalAssets(), 1_000e6);
        driver.cover(SERIES, 30e6);
        assertEq(fund.totalAssets(), 970e6);
        assertEq(fund.receivable(), 70e6);
        _maxDepositIsRefused(bob);
        _exitIsRefused(alice);
        assertEq(fund.collect(), 0);
        assertEq(fund.receivable(), 0);
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 970e6);
    }

    function test_CollectTellsFeesFromReturnedReservations() external {
        _deposit(alice, 1_000e6);
        driver.reserve(SERIES, 100e6);
        driver.addFees(5e6);
        driver.cover(SERIES, 10e6);
        assertEq(fund.collect(), 5e6);
        assertEq(fund.totalAssets(), 995e6);
        assertEq(token.balanceOf(address(fund)), 995e6);
    }

    function test_CoverIsBoundedByCapAndFreeAssets() external {
        _deposit(alice, 1_000e6);
        assertEq(driver.cover(1, 30e6), 30e6);
        assertEq(driver.cover(2, 500e6), 97e6);
        assertEq(fund.seriesCover(2).loss, 97e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.cover(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.reserve(2, 1);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundSeriesClosed.selector, 2));
        driver.suspendFor(2);
    }

    function test_EmptyFundCoversNothing() external {
        assertEq(driver.cover(SERIES, 1e6), 0);
        assertTrue(fund.seriesCover(SERIES).status == CoverStatus.DONE);
    }

    function test_ReservationsAreBoundedByCapAndUtilisation() external {
        _deposit(alice, 1_000e6);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundReservationTooLarge.selector, 0, 100e6 + 1, 100e6));
        driver.reserve(0, 100e6 + 1);
        for (uint256 id = 0; id < 5; ++id) driver.reserve(id, 100e6);
        assertEq(fund.reservationLimit(), 0);
        vm.expectPartialRevert(IInsuranceFund.FundReservationTooLarge.selector);
        driver.reserve(5, 1);
        vm.expectPartialRevert(IInsuranceFund.FundReservedAlready.selector);
        driver.reserve(4, 0);
        assertEq(fund.reserved(), 500e6);
        // A reservation is never spent on another series.
        for (uint256 id = 10; id < 20; ++id) driver.cover(id, 100e6);
        assertGe(fund.totalAssets(), fund.reserved());
        assertEq(driver.cover(0, 100e6), 100e6);
    }

    function test_ReservationBearsNoMoreThanItself() external {
        _deposit(alice, 1_000e6);
        driver.reserve(SERIES, 40e6);
        assertEq(driver.cover(SERIES, 90e6), 40e6);
        assertEq(fund.totalAssets(), 960e6);
        assertTrue(fund.isOpen());
    }

    function test_C54_FirstDepositorCannotInflateTheShares() external {
        _deposit(alice, 1);
        vm.prank(alice);
        token.transfer(address(fund), 10_000e6);
        _deposit(bob, 1_000e6);
        assertEq(fund.totalAssets(), 1_000e6 + 1);
        // Even fees, which do count, are shared with a million virtual shares.
        driver.addFees(10_000e6);
        fund.collect();
        uint256 late = _deposit(bob, 1_000e6);
        assertGe(fund.previewRedeem(late), 1_000e6 - 1e4);
    }

    function test_C54_DonationsChangeNoSharePrice() external {
        uint256 shares = _deposit(alice, 1_000e6);
        uint256 before = fund.convertToAssets(shares);
        vm.prank(bob);
        token.transfer(address(fund), 500e6);
        assertEq(fund.convertToAssets(shares), before);
        assertEq(fund.totalAssets(), 1_000e6);
    }

    /// @dev Whoever comes just before a fee must stay, and bear losses, for the whole cool-down.
    function test_C54_DepositJustBeforeAFeeCannotLeaveJustAfter() external {
        _deposit(alice, 1_000e6);
        uint256 shares = _deposit(bob, 1_000e6);
        driver.addFees(10e6);
        fund.collect();
        _requestExit(bob, shares);
        _exitIsRefused(bob);
        driver.cover(SERIES, 60e6);
        vm.warp(NOON + COOL_DOWN);
        assertLt(_redeem(bob, shares), 1_000e6);
    }

    /// @dev The loss is known at the latest when the price is proven: from expiry until then the clock closes the exit,
    /// and from the first call of a keeper on the open series does.
    function test_C55_ExitQueueCannotRunFromAKnownLoss() external {
        _deposit(alice, 1_000e6);
        _deposit(bob, 1_000e6);
        _ripen(alice);
        uint256 expiry = NOON + COOL_DOWN + 20 hours;
        vm.warp(expiry);
        _exitIsRefused(alice);
        driver.suspendFor(SERIES);
        vm.warp(expiry + SETTLEMENT_WINDOW);
        _exitIsRefused(alice);
        driver.cover(SERIES, 200e6);
        // Priced at execution: the ripe ticket bears its part.
        assertEq(_redeem(alice, fund.maxRedeem(alice)), 900e6);
    }

    /// @dev Shares that somebody else holds cannot be slipped under a ripe ticket.
    function test_C55_RipeTicketIsWorthNothingWithoutItsShares() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _deposit(bob, 1_000e6);
        _ripen(alice);
        _redeem(alice, shares);
        vm.prank(bob);
        fund.transfer(alice, 1_000e6);
        _exitIsRefused(alice);
        vm.prank(bob);
        fund.transfer(address(fund), 1_000e6);
        _exitIsRefused(alice);
        _exitIsRefused(address(fund));
    }

    /// @dev Shares carry no votes, and the escrow takes a position out of its owner's hands only by his own call.
    function test_C56_SharesGiveNoVotes() external {
        uint256 shares = _deposit(alice, 1_000e6);
        (bool hasVotes, ) = address(fund).staticcall(abi.encodeWithSignature("getVotes(address)", alice));
        assertFalse(hasVotes);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceFund.FundNoTicket.selector, bob));
        fund.cancelExit();
        assertEq(fund.balanceOf(alice), shares);
    }

    /// @dev No role stops an exit that is ripe, and the DAO's settings touch no pending ticket.
    function test_C58_NoRoleTouchesAPendingExit() external {
        uint256 shares = _deposit(alice, 1_000e6);
        _requestExit(alice, shares);
        ExitTicket memory before = fund.exitTicket(alice);
        FundSettings memory slower = _settings();
        slower.coolDownSec = 90 days;
        fund.setSettings(slower);
        assertEq(fund.exitTicket(alice).from, before.from);
        vm.warp(before.from);
        assertEq(_redeem(alice, shares), 1_000e6);
    }

    function test_Asset() external view {
        assertEq(fund.asset(), address(IERC20(token)));
        assertEq(fund.decimals(), 12);
        assertEq(fund.VAULT(), address(driver));
    }
}
