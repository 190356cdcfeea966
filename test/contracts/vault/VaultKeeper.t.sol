// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {ISettlementOracle} from "../../../contracts/interfaces/ISettlementOracle.sol";
import {IVaultKeeper} from "../../../contracts/interfaces/IVaultKeeper.sol";
import {LiquidationSettings} from "../../../contracts/types/VaultTypes.sol";
import {VaultKeeper} from "../../../contracts/vault/VaultKeeper.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Upkeep by Chainlink Automation
contract VaultKeeperTest is VaultFixture {
    VaultKeeper private keeper;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        keeper = new VaultKeeper(vault, holder);
        _open(put, ONE, 60_000e6);
        id = _open(put, ONE, 19_800e6);
    }

    function _check(IVaultKeeper.Task task) private view returns (bool isNeeded, bytes memory job) {
        return keeper.checkUpkeep(abi.encode(IVaultKeeper.Watch(task, 1, 100, MARKET, EXPIRY)));
    }

    function test_RevertWhen_BeneficiaryIsZero() external {
        vm.expectRevert(IVaultKeeper.KeeperBeneficiaryZero.selector);
        new VaultKeeper(vault, address(0));
    }

    function test_RevertWhen_TheJobIsFalse() external {
        uint256[] memory ids = _ids(id);
        IVaultKeeper.Job memory job = IVaultKeeper.Job(IVaultKeeper.Task.FLAG, ids, 0, 0, 0);
        vm.expectPartialRevert(IOptionVaultLog.VaultPositionHealthy.selector);
        keeper.performUpkeep(abi.encode(job));
        job.task = IVaultKeeper.Task.SETTLE;
        vm.expectPartialRevert(IOptionVaultLog.VaultSeriesNotExpired.selector);
        keeper.performUpkeep(abi.encode(job));
        job = IVaultKeeper.Job(IVaultKeeper.Task.SETTLE_PRICE, ids, MARKET, EXPIRY, 1);
        vm.expectPartialRevert(ISettlementOracle.SettlementBeforeExpiry.selector);
        keeper.performUpkeep(abi.encode(job));
    }

    function test_FlagsTheUnhealthyAndCollectsBounties() external {
        LiquidationSettings memory settings = _settings();
        settings.flagBountyBps = 100;
        vault.setLiquidationSettings(settings);
        (bool isNeeded, bytes memory job) = _check(IVaultKeeper.Task.FLAG);
        assertFalse(isNeeded);
        _setPrice(57_000e8);
        (isNeeded, job) = _check(IVaultKeeper.Task.FLAG);
        assertTrue(isNeeded);
        keeper.performUpkeep(job);
        assertEq(_view(id).flaggedAt, block.timestamp);
        vm.expectPartialRevert(IOptionVaultLog.VaultAlreadyFlagged.selector);
        keeper.performUpkeep(job);
        (isNeeded, ) = _check(IVaultKeeper.Task.FLAG);
        assertFalse(isNeeded);
        uint256 before = quote.balanceOf(holder);
        assertEq(keeper.collect(address(quote)), 168e6);
        assertEq(quote.balanceOf(holder) - before, 168e6);
        // Without a price nobody is judged.
        vm.warp(block.timestamp + 2 hours);
        (isNeeded, ) = _check(IVaultKeeper.Task.FLAG);
        assertFalse(isNeeded);
    }

    /// @dev A flag that has lapsed, by age or by a pause since, is made anew, and none is asked for during the pause.
    function test_FlagsAnewWhatHasLapsed() external {
        _setPrice(57_000e8);
        (, bytes memory job) = _check(IVaultKeeper.Task.FLAG);
        keeper.performUpkeep(job);
        vault.pauseLiquidations(1 hours);
        (bool isNeeded, ) = _check(IVaultKeeper.Task.FLAG);
        assertFalse(isNeeded);
        skip(1 hours);
        _setPrice(57_000e8);
        (isNeeded, job) = _check(IVaultKeeper.Task.FLAG);
        assertTrue(isNeeded);
        keeper.performUpkeep(job);
        assertEq(_view(id).flaggedAt, block.timestamp);
        skip(_settings().flagLifeSec + 1);
        _setPrice(57_000e8);
        (isNeeded, job) = _check(IVaultKeeper.Task.FLAG);
        assertTrue(isNeeded);
        keeper.performUpkeep(job);
        assertEq(_view(id).flaggedAt, block.timestamp);
    }

    function test_ARefusedFlagKeepsNoOtherFromBeingMade() external {
        uint256 other = _open(put, ONE, 19_800e6);
        _setPrice(57_000e8);
        (, bytes memory job) = _check(IVaultKeeper.Task.FLAG);
        assertEq(abi.decode(job, (IVaultKeeper.Job)).ids.length, 2);
        vault.flag(id);
        vm.expectEmit(true, false, false, false, address(keeper));
        emit IVaultKeeper.FlagRefused(id, "");
        keeper.performUpkeep(job);
        assertEq(_view(other).flaggedAt, block.timestamp);
    }

    function test_FindsTheSettlingRoundAndSettles() external {
        vm.warp(EXPIRY - 1);
        _setPrice(50_000e8);
        (bool isNeeded, bytes memory job) = _check(IVaultKeeper.Task.SETTLE_PRICE);
        assertFalse(isNeeded);
        vm.warp(EXPIRY + 10);
        (isNeeded, job) = _check(IVaultKeeper.Task.SETTLE_PRICE);
        assertFalse(isNeeded);
        _setPrice(51_000e8);
        vm.warp(EXPIRY + 20);
        _setPrice(40_000e8);
        (isNeeded, job) = _check(IVaultKeeper.Task.SETTLE);
        assertFalse(isNeeded);
        (isNeeded, job) = _check(IVaultKeeper.Task.SETTLE_PRICE);
        assertTrue(isNeeded);
        keeper.performUpkeep(job);
        (uint64 priceE8, ) = settlement.settlementPrice(MARKET, EXPIRY);
        assertEq(priceE8, 51_000e8);
        (isNeeded, job) = _check(IVaultKeeper.Task.SETTLE);
        assertTrue(isNeeded);
        keeper.performUpkeep(job);
        assertEq(_state(put).unsettledCount, 0);
        (isNeeded, ) = _check(IVaultKeeper.Task.SETTLE);
        assertFalse(isNeeded);
    }
}
