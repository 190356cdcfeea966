// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {SeriesState} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Settlement, redemption and claims
contract VaultSettlementTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;

    function _redeem(address account, uint256 seriesId, uint128 amountE8) private returns (uint256) {
        vm.prank(account);
        return vault.redeem(seriesId, amountE8, account);
    }

    function test_RevertWhen_NotExpiredOrNotPriced() external {
        uint256 id = _open(put, ONE, COLLATERAL);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSeriesNotExpired.selector, put, EXPIRY));
        vault.settle(_ids(id));
        vm.warp(EXPIRY);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSettlementPriceMissing.selector, put));
        vault.settle(_ids(id));
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSettlementPriceMissing.selector, put));
        _redeem(holder, put, ONE);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultPositionUnknown.selector, 9));
        vault.settle(_ids(9));
    }

    function test_RevertWhen_SeriesIsIncomplete() external {
        uint256 id = _open(put, ONE, COLLATERAL);
        _open(put, ONE, COLLATERAL);
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultSeriesIncomplete.selector, put, 1));
        _redeem(holder, put, ONE);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(IOptionVaultLog.VaultReceiverZero.selector);
        vault.redeem(put, 1, address(0));
        vm.expectRevert(IOptionVaultLog.VaultReceiverZero.selector);
        vault.claim(address(quote), address(0));
    }

    function test_LifeOfAPut() external {
        uint256 id = _open(put, ONE, COLLATERAL);
        _expireAt(50_000e8);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IOptionVaultLog.PositionSettled(id, put, 10_000e6, 10_000e6, 9_800e6, 0);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IOptionVaultLog.SeriesCompleted(put, 50_000e8, 10_000e6, 10_000e6);
        assertEq(vault.settle(_ids(id)), 1);
        assertEq(vault.settle(_ids(id)), 0);
        assertEq(vault.claimable(address(quote), writer), 9_800e6);
        uint256 before = quote.balanceOf(holder);
        assertEq(_redeem(holder, put, ONE / 2), 5_000e6);
        vault.redeemFor(holder, put, ONE / 2);
        assertEq(quote.balanceOf(holder) - before, 10_000e6);
        vm.prank(writer);
        vault.claim(address(quote), writer);
        assertEq(quote.balanceOf(address(vault)), 0);
        assertEq(_state(put).potLeft, 0);
    }

    function test_LifeOfACall() external {
        uint256 id = _open(call, ONE, 0.33e8);
        _expireAt(80_000e8);
        vault.settle(_ids(id));
        // (80 000 − 60 000)/80 000 coins
        assertEq(_redeem(holder, call, ONE), 0.25e8);
        assertEq(vault.claimable(address(base), writer), 0.08e8);
    }

    function test_OutOfTheMoneyRefundsEverything() external {
        uint256 id = _open(put, ONE, COLLATERAL);
        _expireAt(60_000e8);
        vault.settle(_ids(id));
        assertEq(vault.claimable(address(quote), writer), COLLATERAL);
        assertEq(_redeem(holder, put, ONE), 0);
        assertEq(longs.balanceOf(holder, put), 0);
    }

    function test_OnePositionOfOneUnitRoundsAgainstTheWriter() external {
        uint256 id = _open(put, 1, MIN_QUOTE);
        _expireAt(59_999.99e8);
        vault.settle(_ids(id));
        // 1e-8 contracts · 0.01 USD is far below a token unit: owed 1, paid out 0.
        assertEq(_state(put).owed, 1);
        assertEq(_redeem(holder, put, 1), 0);
    }

    function test_OnlyOperatorsRedeemForContracts() external {
        uint256 id = _open(put, ONE, COLLATERAL);
        _giveLongs(address(this), put, ONE);
        _expireAt(50_000e8);
        vault.settle(_ids(id));
        vm.prank(liquidator);
        vm.expectRevert(abi.encodeWithSelector(IOptionVaultLog.VaultHolderIsContract.selector, address(this)));
        vault.redeemFor(address(this), put, ONE);
        longs.setOperator(liquidator, true);
        vm.prank(liquidator);
        assertEq(vault.redeemFor(address(this), put, ONE), 10_000e6);
        assertEq(quote.balanceOf(address(this)), 10_000e6);
    }

    /// @dev Two writers, the second short of 10 200 each: q = (30 000 + 19 800)/60 000.
    function _shortfall() private returns (uint256[] memory ids) {
        ids = new uint256[](2);
        ids[0] = _open(put, ONE, 40_000e6);
        ids[1] = _open(put, ONE, COLLATERAL);
        _giveLongs(liquidator, put, ONE / 3);
        _giveLongs(writer, put, ONE / 7);
        _expireAt(30_000e8);
    }

    function test_ShortfallIsSharedWhateverTheOrder() external {
        uint256[] memory ids = _shortfall();
        address[3] memory holders = [holder, liquidator, writer];
        uint256 snapshot = vm.snapshotState();
        uint256[3] memory reference_;
        for (uint256 order = 0; order < 6; ++order) {
            vm.revertToState(snapshot);
            vault.settle(_ids(ids[order % 2]));
            vault.settle(_ids(ids[(order + 1) % 2]));
            SeriesState memory state = _state(put);
            assertEq(state.pot, 30_000e6 + COLLATERAL);
            assertEq(state.owed, 60_000e6);
            for (uint256 i = 0; i < 3; ++i) {
                uint256 who = order < 3 ? (order + i) % 3 : (order + 3 - i) % 3;
                uint128 amount = uint128(longs.balanceOf(holders[who], put));
                uint256 paid = _redeem(holders[who], put, amount);
                assertEq(paid, (uint256(amount) * 49_800e6) / 2e8);
                if (order == 0) reference_[who] = paid;
                assertEq(paid, reference_[who]);
            }
        }
        assertLe(_state(put).potLeft, 3);
        assertEq(vault.claimable(address(quote), writer), 10_000e6);
    }

    function test_ShortfallTouchesNoOtherSeries() external {
        uint256 other = vault.seriesIdOf(MARKET, 50_000e8, EXPIRY, true);
        uint256 otherId = _open(other, ONE, 45_000e6);
        vault.settle(_shortfall());
        vault.settle(_ids(otherId));
        assertEq(_redeem(holder, other, ONE), 20_000e6);
        assertEq(_state(other).pot, _state(other).owed);
    }

    function test_BatchPassesOverSettledAndDuplicateIds() external {
        uint256[] memory ids = new uint256[](3);
        ids[0] = _open(put, ONE, COLLATERAL);
        ids[1] = ids[0];
        ids[2] = _open(call, ONE, 0.33e8);
        _expireAt(50_000e8);
        assertEq(vault.settle(ids), 2);
    }

    function testFuzz_PotNeverRunsDry(uint64 priceE8, uint80[3] memory sizes, uint128 split) external {
        priceE8 = uint64(bound(priceE8, 1_000e8, 200_000e8));
        uint256[] memory ids = new uint256[](6);
        for (uint256 i = 0; i < 3; ++i) {
            uint128 sizeE8 = uint128(bound(sizes[i], 1, 100e8));
            ids[i] = _openAtRequirement(put, sizeE8);
            ids[3 + i] = _openAtRequirement(call, sizeE8);
        }
        _expireAt(priceE8);
        vault.settle(ids);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 seriesId = i == 0 ? put : call;
            uint128 all = uint128(longs.balanceOf(holder, seriesId));
            uint128 part = uint128(bound(split, 0, all));
            uint256 paid = _redeem(holder, seriesId, part) + _redeem(holder, seriesId, all - part);
            assertLe(paid, _state(seriesId).pot);
            assertGe(paid + 5, _state(seriesId).pot);
        }
    }
}
