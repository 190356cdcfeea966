// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {IERC6909} from "@openzeppelin/contracts/interfaces/IERC6909.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {CoverFixture} from "./CoverFixture.sol";
import {BlacklistToken} from "./HostileTokens.sol";

/// @title Attacks on settlement and redemption, by their numbers in the catalogue
contract SettlementAttacksTest is CoverFixture {
    uint64 private constant LOW = 30_000e8;
    uint256 private constant ORDERS_PER_RUN = 40;

    function test_C45_SameIdTwiceUnknownIdAndOtherSeriesInOneBatch() external {
        uint256[] memory ids = new uint256[](4);
        ids[0] = _open(put, ONE, 40_000e6);
        ids[1] = ids[0];
        ids[2] = _open(call, ONE, 0.5e8);
        ids[3] = 3;
        _expireAt(LOW);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionUnknown.selector, 3));
        vault.settle(ids);
        ids[3] = ids[2];
        assertEq(vault.settle(ids), 2);
        assertEq(vault.settle(ids), 0);
        assertEq(vault.claimable(address(quote), writer), 10_000e6);
        assertEq(vault.claimable(address(base), writer), 0.5e8);
    }

    /// @dev 1 024 positions stand for the 4 096 of the catalogue: the cost of one does not depend on how many there are.
    function test_C46_DustPositionsCostAFlatAmountEach() external {
        uint256 count = 1_024;
        _setBounty(address(quote), 2e6);
        for (uint256 i = 0; i < count; ++i) _open(put, 1e5, MIN_QUOTE);
        _expireAt(60_000e8);
        uint256 first = _settleRange(1, 64);
        _settleRange(65, 960);
        uint256 last = _settleRange(961, count);
        console.log("settle, gas each in 64, first and last batch", first / 64, last / 64);
        assertLe(last, first);
        assertLe(last / 64, 30_000);
        // Each pays its settler two dollars, or a twentieth of what it gives back.
        assertEq(vault.claimable(address(quote), keeper), count * 2e6);
        assertEq(_state(put).unsettledCount, 0);
    }

    function _settleRange(uint256 from, uint256 to) private returns (uint256 used) {
        uint256[] memory ids = new uint256[](to + 1 - from);
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = from + i;
        vm.prank(keeper);
        used = gasleft();
        vault.settle(ids);
        used -= gasleft();
    }

    struct Outcome {
        uint256[3] paid;
        uint256 claim;
        uint256 fundAssets;
        uint256 vaultBalance;
    }

    /// @dev Forty orders a run: with 256 runs more than ten thousand. Settles and redemptions come in any order that the
    /// rules allow; in half of the runs the series is opened early at a random point.
    function testFuzz_C49_EveryOrderGivesTheSame(uint64[4] memory sizes, uint96[4] memory held, uint256 seed) external {
        uint256 total;
        for (uint256 i = 0; i < 4; ++i) {
            uint128 sizeE8 = uint128(bound(sizes[i], 1e4, ONE / 8));
            _openThin(sizeE8, held[i] % 3_000e6);
            total += sizeE8;
        }
        _giveLongs(liquidator, put, uint128(total / 3));
        _giveLongs(writer, put, uint128(total / 7));
        _expireAt(LOW);
        uint256 snapshot = vm.snapshotState();
        Outcome memory expected;
        for (uint256 order = 0; order < ORDERS_PER_RUN; ++order) {
            Outcome memory outcome = _play(uint256(keccak256(abi.encode(seed, order))));
            if (order == 0) expected = outcome;
            for (uint256 i = 0; i < 3; ++i) assertEq(outcome.paid[i], expected.paid[i]);
            assertEq(outcome.claim, expected.claim);
            assertEq(outcome.fundAssets, expected.fundAssets);
            assertEq(outcome.vaultBalance, expected.vaultBalance);
            vm.revertToState(snapshot);
        }
    }

    /// @dev Seven steps, drawn without replacement; a redemption that must wait is put off.
    function _play(uint256 seed) private returns (Outcome memory outcome) {
        address[3] memory holders = [holder, liquidator, writer];
        uint256 openAt = seed % 2 == 0 ? 99 : (seed >> 8) % 4;
        uint256 pending = 0x7f;
        uint256 settled;
        bool isOpen;
        while (pending != 0) {
            if (!isOpen && settled == openAt) {
                vault.openEarly(put);
                isOpen = true;
            }
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 step = seed % 7;
            if (pending & (1 << step) == 0 || (step >= 4 && settled != 4 && !isOpen)) continue;
            pending ^= 1 << step;
            if (step >= 4) {
                outcome.paid[step - 4] = _redeemAll(holders[step - 4], put);
            } else {
                vault.settle(_ids(step + 1));
                ++settled;
            }
        }
        if (vault.claimable(address(quote), address(fund)) != 0) fund.collect();
        outcome.claim = vault.claimable(address(quote), writer);
        outcome.fundAssets = fund.totalAssets();
        outcome.vaultBalance = quote.balanceOf(address(vault));
    }

    function test_C50_OddHoldersHarmNobody() external {
        _open(put, ONE, 40_000e6);
        vm.prank(writer);
        vm.expectRevert(abi.encodeWithSelector(ERC6909.ERC6909InvalidReceiver.selector, address(0)));
        vault.open(put, ONE, 40_000e6, address(0));
        address[3] memory odd = [address(vault), address(fund), address(longs)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(writer);
            vault.open(put, ONE, 40_000e6, odd[i]);
        }
        _expireAt(LOW);
        _settleAll();
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultHolderIsContract.selector, odd[i]));
            vault.redeemFor(odd[i], put, ONE);
        }
        vm.expectPartialRevert(ERC6909.ERC6909InvalidSender.selector);
        vault.redeemFor(address(0), put, ONE);
        assertEq(_redeemAll(holder, put), 30_000e6);
        assertEq(_state(put).potLeft, 90_000e6);
    }

    function test_C51_ManySmallRedemptionsGetNoMoreThanOne() external {
        _open(put, 2_000, MIN_QUOTE);
        // 300.005 units for each unit of size.
        _expireAt(29_999.5e8);
        _settleAll();
        _redeemInParts(2_000, 1);
    }

    function test_C51_ManySmallRedemptionsOfAShortSeriesGetNoMoreThanOne() external {
        for (uint256 i = 0; i < 3; ++i) _putShortOf(ONE, LOW, 10_000e6 + 1);
        _expireAt(LOW);
        _settleAll();
        // Above the fund's cap of 20 000, so that holders get less than they are owed.
        assertEq(_state(put).potLeft, 80_000e6 - 3);
        _redeemInParts(3 * ONE, 1e6);
    }

    function _redeemInParts(uint128 sizeE8, uint128 partE8) private {
        uint256 snapshot = vm.snapshotState();
        uint256 once = _redeem(holder, put, sizeE8);
        vm.revertToState(snapshot);
        uint256 many;
        for (uint256 i = 0; i < sizeE8 / partE8; ++i) many += _redeem(holder, put, partE8);
        assertLe(many, once);
        assertEq(longs.balanceOf(holder, put), 0);
    }

    function test_C52_BlacklistedWriterHoldsNothingUp() external {
        BlacklistToken dollar = new BlacklistToken();
        _deploy(address(base), address(dollar));
        dollar.mint(writer, 100_000e6);
        vm.prank(writer);
        dollar.approve(address(vault), type(uint256).max);
        _open(put, ONE, 40_000e6);
        _open(put, ONE, 40_000e6);
        dollar.ban(writer);
        _expireAt(LOW);
        _settleAll();
        assertEq(_redeemAll(holder, put), 60_000e6);
        vm.startPrank(writer);
        vm.expectRevert(abi.encodeWithSelector(BlacklistToken.Banned.selector, writer));
        vault.claim(address(dollar), writer);
        // The claim stays his, and he may name another receiver.
        assertEq(vault.claim(address(dollar), liquidator), 20_000e6);
    }

    function test_C53_DonationsBeforeBetweenAndAfter() external {
        for (uint256 i = 0; i < 3; ++i) _putShortOf(ONE, LOW, 10_000e6);
        _giveLongs(liquidator, put, ONE);
        _donate();
        _expireAt(LOW);
        vault.settle(_ids(1));
        _donate();
        vault.settle(_ids(2));
        vault.settle(_ids(3));
        _donate();
        // The cap of the fund is 20 000 of the 30 000 missing: q is 8/9.
        uint256 pot = 80_000e6;
        assertEq(_redeemAll(holder, put), (2 * pot) / 3);
        _donate();
        assertEq(_redeemAll(liquidator, put), pot / 3);
        assertEq(vault.claimable(address(quote), address(fund)), 1);
        assertEq(_state(put).potLeft, 0);
        assertEq(quote.balanceOf(address(vault)), 4 * 77e6 + 1);
        assertEq(fund.totalAssets(), DEPOSIT - 20_000e6);
    }

    function _donate() private {
        vm.startPrank(lp);
        quote.transfer(address(vault), 77e6);
        quote.transfer(address(fund), 77e6);
        vm.stopPrank();
    }

    /// @dev What settlement needs answers: nothing else may stop it. Spot price, risk oracle views and fund hours are all
    /// dead here.
    function test_C57_NothingStopsSettleRedeemAndClaim() external {
        _putShortOf(ONE, LOW, 1_000e6);
        _expireAt(LOW);
        vm.warp(EXPIRY + 400 days + 1 minutes);
        assertFalse(fund.isOpen());
        _settleAll();
        assertEq(_redeemAll(holder, put), 30_000e6);
        SeriesState memory state = _state(put);
        assertEq(state.pot, state.owed);
    }

    /// @dev A holder's approval of the vault is never used by strangers, whoever the operator is.
    function test_C50_StrangersCannotRedirectAPayout() external {
        _open(put, ONE, 40_000e6);
        _expireAt(LOW);
        _settleAll();
        vm.prank(liquidator);
        vm.expectPartialRevert(ERC6909.ERC6909InsufficientBalance.selector);
        vault.redeem(put, ONE, liquidator);
        vm.prank(liquidator);
        vault.redeemFor(holder, put, ONE);
        assertEq(IERC6909(address(longs)).balanceOf(holder, put), 0);
        assertEq(quote.balanceOf(liquidator), 100_000_000e6);
    }
}
