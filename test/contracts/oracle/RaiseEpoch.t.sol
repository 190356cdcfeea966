// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {OracleFixture} from "./OracleFixture.sol";

/// @notice given a scored position / when its source raises its epoch / old scores no longer loosen it, and the drift cap
/// counts from the ρ that the added risk has just met.
contract RaiseEpochTest is OracleFixture {
    bytes private _entries;

    function setUp() public override {
        super.setUp();
        _oracle.registerPosition(1, CLASS_ID);
        _oracle.registerPosition(2, CLASS_ID);
        _entries = _entry(1, 1, 2_000, 500);
    }

    function test_RaiseEpoch_StopsLooseningByOldScores() public {
        _submit(_entries);
        assertEq(_oracle.raiseEpoch(1), 2);
        skip(1 hours);
        assertEq(_submit(_entry(1, 1, 1_900, 500)), abi.encodePacked(uint8(EntryOutcome.STALE_EPOCH)));
        skip(1);
        assertEq(_submit(_entry(1, 1, 2_300, 500)), abi.encodePacked(uint8(EntryOutcome.APPLIED_TIGHTENED)));
        skip(1);
        assertEq(_submit(_entry(1, 2, 2_200, 500)), abi.encodePacked(uint8(EntryOutcome.APPLIED_LOOSENED)));
    }

    function test_RaiseEpoch_RestartsTheDriftCapAtTheTarget() public {
        _narrowCap(500);
        _submit(_entries);
        for (uint16 step = 1; step <= 3; ++step) {
            skip(300);
            assertEq(
                _submit(_entry(1, 1, 2_000 + 300 * step, 500)),
                abi.encodePacked(uint8(EntryOutcome.APPLIED_TIGHTENED))
            );
        }
        skip(40 minutes);
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_500);
        _oracle.raiseEpoch(1);
        assertEq(RiskWord.rhoCapOf(_oracle.positionWord(0, 1)), 3_400);
        assertEq(_oracle.getParams(address(this), 1).rhoBps, 2_900);
    }

    function test_RaiseEpoch_KeepsTheCapThatTheOwnerOpenedUnder() public {
        _submit(_entries);
        _narrowCap(500);
        assertEq(RiskWord.rhoCapOf(_oracle.positionWord(0, 1)), 4_000);
        _oracle.raiseEpoch(1);
        assertEq(RiskWord.rhoCapOf(_oracle.positionWord(0, 1)), 4_000);
    }

    function _narrowCap(uint16 maxAboveOpenBps) private {
        RiskClass memory class = _class();
        class.maxAboveOpenBps = maxAboveOpenBps;
        _oracle.narrowRiskClass(CLASS_ID, class);
    }

    function test_RaiseEpoch_NeverLowersTheDriftCap() public {
        _submit(_entries);
        skip(1 hours);
        _submit(_entry(1, 1, 1_900, 500));
        uint256 before = _oracle.positionWord(0, 1);
        _oracle.raiseEpoch(1);
        (uint256 expected, ) = RiskWord.withNextEpoch(before);
        assertEq(_oracle.positionWord(0, 1), expected);
        before = _oracle.positionWord(0, 2);
        _oracle.raiseEpoch(2);
        (expected, ) = RiskWord.withNextEpoch(before);
        assertEq(_oracle.positionWord(0, 2), expected);
    }
}
