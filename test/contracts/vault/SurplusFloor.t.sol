// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title given a short that its own score asks for less than its class does / how much stays whatever the score says
contract SurplusFloorTest is ScoredFixture {
    /// @dev 33 % of the strike: what the class asks of a new put at the money.
    uint128 private constant ASKED = 19_800e6;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = _open(put, ONE, ASKED);
    }

    /// @dev Scored, marked, and scored again when the mark is old enough.
    function _scoreAndWait(uint16 rho) private {
        assertLe(_score(id, 1, rho, 100), uint8(EntryOutcome.REFRESHED));
        vault.markScored(id);
        _later(20 hours, SPOT);
        assertEq(_score(id, 1, rho, 100), uint8(EntryOutcome.REFRESHED));
    }

    function _take(uint128 amount) private {
        vm.prank(writer);
        vault.removeCollateral(id, amount, writer);
    }

    function test_C67_RevertWhen_LessThanHalfOfANewShortStays() external {
        _scoreAndWait(400);
        (uint256 surplus, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(surplus, ASKED / 2);
        assertEq(rhoBps, 1_650);
        vm.expectRevert(
            abi.encodeWithSelector(IOptionVaultLog.VaultCollateralTooLow.selector, ASKED / 2 - 1, ASKED / 2)
        );
        _take(ASKED / 2 + 1);
        _take(ASKED / 2);
        // What a fall by 16 % owes is there.
        assertGe(_collateralOf(id), (60_000e6 * 16) / 100);
    }

    function test_C67_HalfOfWhatTheClassAsksIsRoundedUp() external {
        _scoreAndWait(1_800);
        RiskClass memory class = _class();
        class.rhoInitialBps = 4_001;
        risk.setRiskClass(5, class);
        (uint16 opening, ) = risk.openingParams(5);
        (, uint16 rhoBps) = vault.surplusOf(id);
        assertEq(opening, 4_402);
        assertEq(rhoBps, 2_201);
        class.rhoInitialBps = 4_002;
        risk.setRiskClass(5, class);
        (opening, ) = risk.openingParams(5);
        (, rhoBps) = vault.surplusOf(id);
        assertEq(opening, 4_403);
        assertEq(rhoBps, 2_202);
    }

    function testFuzz_NeverAsksMoreThanNewSizeAndLeavesAHealthyShort(uint16 rho, uint64 spotE8) external {
        rho = uint16(bound(rho, 400, 9_000));
        spotE8 = uint64(bound(spotE8, 54_000e8, 65_999e8));
        _scoreAndWait(rho);
        (uint16 opening, ) = risk.openingParams(5);
        uint16 own = _params(id).rhoInitialBps;
        _setPrice(spotE8);
        (, uint16 asked) = vault.surplusOf(id);
        assertLe(asked, own > opening ? own : opening);
        assertGe(2 * asked, opening);
        vm.prank(writer);
        vault.addCollateral(id, 60_000e6);
        (uint256 surplus, ) = vault.surplusOf(id);
        _take(uint128(surplus));
        assertGe(vault.healthOf(id), 1e18);
    }
}
