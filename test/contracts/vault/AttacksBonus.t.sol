// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LiquidationQuote} from "../../../contracts/types/VaultTypes.sol";
import {VaultFixture} from "./VaultFixture.sol";

/// @title Attack 41: what a liquidator gets never underflows
contract AttacksBonusTest is VaultFixture {
    uint128 private constant COLLATERAL = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, COLLATERAL);
        vm.warp(START + COOL_OFF);
    }

    function _flagAt(uint64 priceE8) private {
        _setPrice(priceE8);
        vault.flag(id);
    }

    function test_C41_NoSurplusOrDeficitUnderflowsTheBonus() external {
        for (uint256 spot = 40_201e8; spot < 57_400e8; spot += 1_911e8) {
            uint256 snapshot = vm.snapshotState();
            _flagAt(uint64(spot));
            for (uint256 sec = 0; sec <= T1 + T2; sec += 1_377) {
                vm.warp(block.timestamp + 1_377);
                _setPrice(uint64(spot));
                LiquidationQuote memory found = vault.liquidationQuote(id, ONE);
                assertLe(uint256(found.payout) + found.fee + found.restCollateral, COLLATERAL);
            }
            vm.revertToState(snapshot);
        }
    }

    /// @dev A ratio that fell below the frozen penalty leaves nothing for the late stage to add.
    function test_C41_ARatioBelowTheFrozenPenaltyIsNoDeficit() external {
        oracle.setParams(address(vault), id, 3_000, 2_900);
        _flagAt(57_000e8);
        oracle.setParams(address(vault), id, 2_000, 1_900);
        vm.warp(block.timestamp + T1 + T2);
        _setPrice(45_000e8);
        assertEq(vault.liquidationQuote(id, ONE).rateE8, 0.29e8);
        assertEq(vault.liquidationQuote(id, ONE).payout, COLLATERAL);
    }
}
