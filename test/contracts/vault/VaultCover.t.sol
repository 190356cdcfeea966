// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {IOptionVaultCoverLog} from "../../../contracts/interfaces/IOptionVaultCover.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {FundTerms, SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {InsuranceFund} from "../../../contracts/vault/InsuranceFund.sol";
import {CoverFixture} from "./CoverFixture.sol";
import {RogueFund} from "./RogueFund.sol";

/// @title Settlement with an insurance fund: cover at completion, early opening, bounty, dust
contract VaultCoverTest is CoverFixture {
    uint64 private constant LOW = 30_000e8;
    uint256 private constant OWED = 30_000e6;

    function _expect(bytes4 selector) private {
        vm.expectPartialRevert(selector);
    }

    function test_RevertWhen_FundIsNotOfThisVaultAndToken() external {
        InsuranceFund foreign = new InsuranceFund(authority, address(this), quote, _fundSettings(), "", "");
        _expect(IOptionVaultLog.VaultFundInvalid.selector);
        vault.setFund(address(quote), FundTerms(address(foreign), 0, 0));
        _expect(IOptionVaultLog.VaultFundInvalid.selector);
        vault.setFund(address(base), FundTerms(address(fund), 0, 0));
        vm.startPrank(writer);
        _expect(IAccessManaged.AccessManagedUnauthorized.selector);
        vault.setFund(address(quote), FundTerms(address(fund), 0, 0));
    }

    function test_RevertWhen_SeriesCannotBeHeldOrOpened() external {
        _putShortOf(ONE, LOW, 1_000e6);
        _open(call, ONE, 0.5e8);
        _expect(IOptionVaultLog.VaultSeriesNotExpired.selector);
        vault.holdFund(put);
        _expect(IOptionVaultLog.VaultSeriesNotExpired.selector);
        vault.openEarly(put);
        vm.warp(EXPIRY);
        _expect(IOptionVaultLog.VaultSettlementPriceMissing.selector);
        vault.openEarly(put);
        _expireAt(LOW);
        _expect(IOptionVaultCoverLog.VaultFundMissing.selector);
        vault.holdFund(call);
        _expect(IOptionVaultCoverLog.VaultSeriesWorthless.selector);
        vault.openEarly(call);
        vault.holdFund(put);
        _expect(IOptionVaultCoverLog.VaultSeriesHeld.selector);
        vault.holdFund(put);
        _settleAll();
        _expect(IOptionVaultCoverLog.VaultSeriesComplete.selector);
        vault.openEarly(put);
        _expect(IOptionVaultCoverLog.VaultSeriesComplete.selector);
        vault.holdFund(put);
    }

    function test_C47_OneInsolventWriterAmongManyIsCovered() external {
        for (uint256 i = 0; i < 4; ++i) _open(put, ONE, 40_000e6);
        _putShortOf(ONE, LOW, 5_000e6);
        _expireAt(LOW);
        _settleAll();
        assertEq(_state(put).pot, 5 * OWED);
        assertEq(_redeemAll(holder, put), 5 * OWED);
        assertEq(fund.totalAssets(), DEPOSIT - 5_000e6);
        assertEq(vault.claimable(address(quote), writer), 4 * 10_000e6);
    }

    function test_C47_AllInsolventAndTheCapIsHit() external {
        for (uint256 i = 0; i < 4; ++i) _putShortOf(ONE, LOW, 10_000e6);
        _expireAt(LOW);
        _settleAll();
        uint256 cap = DEPOSIT / 10;
        SeriesState memory state = _state(put);
        assertEq(state.pot, 80_000e6 + cap);
        assertEq(state.owed, 120_000e6);
        assertEq(_redeemAll(holder, put), 100_000e6);
        assertEq(fund.totalAssets(), DEPOSIT - cap);
        assertEq(fund.seriesCover(put).loss, cap);
    }

    /// @dev The same settlement without fund: holders bear it.
    function test_C47_WithoutFundAsBefore() external {
        _setFund(address(0));
        _putShortOf(ONE, LOW, 10_000e6);
        _expireAt(LOW);
        _settleAll();
        assertEq(_redeemAll(holder, put), 20_000e6);
        assertEq(fund.totalAssets(), DEPOSIT);
    }

    function test_C47_EmptyFundHoldsNothingUp() external {
        InsuranceFund empty = new InsuranceFund(authority, address(vault), quote, _fundSettings(), "", "");
        _setFund(address(empty));
        _putShortOf(ONE, LOW, 10_000e6);
        _expireAt(LOW);
        _settleAll();
        assertEq(_redeemAll(holder, put), 20_000e6);
    }

    function test_C48_RevertWhen_RedeemingBeforeCompletenessWithoutLoan() external {
        uint256 id = _putShortOf(ONE, LOW, 1_000e6);
        _open(put, ONE, 40_000e6);
        _expireAt(LOW);
        vault.settle(_ids(id));
        vault.holdFund(put);
        vm.prank(holder);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSeriesIncomplete.selector, put, 1));
        vault.redeem(put, ONE, holder);
    }

    function test_C48_EarlyOpeningPaysInFullAndReturnsTheRest() external {
        uint256 id = _putShortOf(ONE / 2, LOW, 1_000e6);
        _open(put, ONE / 10, 2_500e6);
        _expireAt(LOW);
        vault.settle(_ids(id));
        // 1 000 are missing, the other position owes 3 000, and rounding one unit.
        uint256 lent = 1_000e6 + 3_000e6 + 1;
        assertEq(vault.openEarly(put), lent);
        _expect(IOptionVaultCoverLog.VaultSeriesHeld.selector);
        vault.openEarly(put);
        assertEq(_state(put).potLeft, 14_000e6 + lent);
        assertEq(_redeemAll(holder, put), 18_000e6);
        _settleAll();
        // 500 short in the second.
        assertEq(fund.totalAssets(), DEPOSIT - 1_500e6);
        assertEq(fund.receivable(), lent - 1_500e6);
        assertEq(_state(put).pot, _state(put).owed);
        assertEq(_state(put).potLeft, 0);
        fund.collect();
        assertEq(quote.balanceOf(address(fund)), DEPOSIT - 1_500e6);
        assertEq(quote.balanceOf(address(vault)), 0);
    }

    function test_C48_RevertWhen_TheFundMayNotLendTheWorst() external {
        _open(put, ONE, 40_000e6);
        _expireAt(LOW);
        // The position is solvent, but nobody can know before it is settled: 30 000 exceed the cap of 20 000.
        _expect(IInsuranceFund.FundReservationTooLarge.selector);
        vault.openEarly(put);
        assertEq(fund.openSeries(), 0);
    }

    /// @dev Whatever collateral the unsettled positions have, the loan is enough, and no other money is touched.
    function testFuzz_C48_NoWorseThanReserved(uint64[4] memory sizes, uint96[4] memory held, uint8 early) external {
        uint256 total;
        for (uint256 i = 0; i < 4; ++i) {
            uint128 sizeE8 = uint128(bound(sizes[i], 1, ONE / 8));
            total += sizeE8;
            _openThin(sizeE8, held[i] % 10_000e6);
        }
        uint256 bystander = _open(vault.seriesIdOf(MARKET, 50_000e8, EXPIRY, true), ONE, 45_000e6);
        _expireAt(LOW);
        for (uint256 id = 1; id <= early % 4; ++id) vault.settle(_ids(id));
        uint256 lent = vault.openEarly(put);
        assertLe(lent, DEPOSIT / 10);
        uint256 paid = _redeemAll(holder, put);
        assertEq(paid, (total * 30_000e6) / ONE);
        _settleAll();
        SeriesState memory state = _state(put);
        assertEq(state.pot, state.owed);
        assertEq(state.potLeft, 0);
        assertEq(uint256(fund.seriesCover(put).reserved), 0);
        vault.settle(_ids(bystander));
        uint256 dues = vault.claimable(address(quote), writer) + vault.claimable(address(quote), address(fund));
        dues += _state(vault.seriesIdOf(MARKET, 50_000e8, EXPIRY, true)).potLeft;
        assertEq(quote.balanceOf(address(vault)), dues);
    }

    function test_C48_SeriesKeepsTheFundThatLent() external {
        _putShortOf(ONE / 4, LOW, 1_000e6);
        _expireAt(LOW);
        vault.openEarly(put);
        _setFund(address(0));
        _settleAll();
        assertEq(fund.totalAssets(), DEPOSIT - 1_000e6);
        assertEq(fund.openSeries(), 0);
        assertGt(vault.claimable(address(quote), address(fund)), 0);
    }

    function test_C55_HeldSeriesKeepsTheFundClosed() external {
        uint256 shares = fund.balanceOf(lp);
        vm.prank(lp);
        fund.requestExit(shares);
        _putShortOf(ONE, LOW, 10_000e6);
        vm.warp(EXPIRY);
        vault.holdFund(put);
        // Two days later, at an hour when nothing expires, and with a ripe ticket.
        vm.warp(EXPIRY + 2 days + 2 hours);
        assertEq(fund.maxRedeem(lp), 0);
        vm.warp(EXPIRY);
        _expireAt(LOW);
        _settleAll();
        vm.warp(EXPIRY + 2 days + 2 hours);
        assertEq(fund.maxRedeem(lp), shares);
        vm.prank(lp);
        assertEq(fund.redeem(shares, lp, lp), DEPOSIT - 10_000e6);
    }

    function test_HeldSeriesWithoutShortfallIsReleasedToo() external {
        _open(put, ONE, 40_000e6);
        _expireAt(LOW);
        vault.holdFund(put);
        assertEq(fund.openSeries(), 1);
        _settleAll();
        assertEq(fund.openSeries(), 0);
        assertEq(fund.totalAssets(), DEPOSIT);
    }

    function test_BountyIsFlatAndBoundedByTheRefund() external {
        _setBounty(address(quote), 5e6);
        _open(put, ONE, 40_000e6);
        _open(put, ONE, 30_060e6);
        _putShortOf(ONE, LOW, 1_000e6);
        _expireAt(LOW);
        _settleAll();
        // 5 from the first, a twentieth of 60 from the second, nothing from the third.
        assertEq(vault.claimable(address(quote), keeper), 8e6);
        assertEq(vault.claimable(address(quote), writer), 10_000e6 - 5e6 + 60e6 - 3e6);
    }

    function test_BountiesOfTwoTokensInOneBatch() external {
        _setBounty(address(quote), 5e6);
        _setBounty(address(base), 1_000);
        uint256[] memory ids = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) ids[i] = i % 2 == 0 ? _open(put, ONE, 40_000e6) : _open(call, ONE, 0.5e8);
        _expireAt(60_000e8);
        vm.prank(keeper);
        assertEq(vault.settle(ids), 4);
        assertEq(vault.claimable(address(quote), keeper), 10e6);
        assertEq(vault.claimable(address(base), keeper), 2_000);
    }

    function test_DustGoesToTheFundAfterTheLastRedemption() external {
        for (uint256 i = 0; i < 3; ++i) _open(put, 33_333_333, MIN_QUOTE + 15_000e6);
        _giveLongs(liquidator, put, 7);
        _expireAt(60_000e8 - 7);
        _settleAll();
        _redeemAll(holder, put);
        uint256 dust = _state(put).potLeft;
        assertGt(dust, 0);
        _redeemAll(liquidator, put);
        assertEq(_state(put).potLeft, 0);
        assertEq(fund.collect(), dust);
        assertEq(fund.totalAssets(), DEPOSIT + dust);
    }

    /// @dev A fund is the DAO's choice; still it can reach nothing but what it lent.
    function test_RogueFundReachesNoOtherMoney() external {
        RogueFund rogue = new RogueFund(address(vault), address(quote));
        _setFund(address(rogue));
        uint256 id = _putShortOf(ONE, LOW, 1_000e6);
        _open(vault.seriesIdOf(MARKET, 50_000e8, EXPIRY, true), ONE, 45_000e6);
        _expireAt(LOW);
        uint256[2][4] memory answers = [
            [uint256(1_000e6), 0],
            [uint256(0), 1],
            [uint256(1_000e6 + 1), 0],
            [uint256(1), 1]
        ];
        for (uint256 i = 0; i < 4; ++i) {
            rogue.setAnswer(answers[i][0], answers[i][1]);
            _expect(IOptionVaultCoverLog.VaultFundMisbehaved.selector);
            vault.settle(_ids(id));
        }
        _expect(IOptionVaultLog.VaultTokenReceivedMismatch.selector);
        vault.openEarly(put);
        // The DAO's remedy: without a fund the series completes by itself.
        _setFund(address(0));
        vault.settle(_ids(id));
        assertEq(_redeemAll(holder, put), OWED - 1_000e6);
    }
}
