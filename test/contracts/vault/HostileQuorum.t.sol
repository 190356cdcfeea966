// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {console} from "@chainlink/contracts/src/v0.8/vendor/forge-std/src/console.sol";
import {IOptionVaultLog} from "../../../contracts/interfaces/IOptionVaultLog.sol";
import {DeliveryLimits} from "../../../contracts/types/DeliveryTypes.sol";
import {EntryOutcome, RiskClass} from "../../../contracts/types/RiskTypes.sol";
import {MarketValves} from "../../../contracts/types/VaultTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title How much a quorum that is hostile as a whole can do in a time T, and that it can do nearly that much
/// @notice The formulas are those of `docs/threat-model.md`. The price stands still, so that every loss is the quorum's doing;
/// all positions are puts at the money, where intrinsic value is zero and the time-value ceiling L − I is the strike, so that
/// whatever a liquidator receives was the writer's. He holds the longs already, which flatters the attacker.
contract HostileQuorumTest is ScoredFixture {
    uint256 private constant VICTIMS = 10;
    uint64 private constant BUDGET = 240_000e8;
    uint256 private constant STEP_SEC = 30 minutes;

    mapping(uint256 id => uint256 sec) private _flaggedAt;

    /// @dev Greatest ρ within `horizon` of a position scored at `rho`; of one never scored it is the ceiling.
    function _highestRho(uint256 rho, bool isScored, uint256 horizon) private pure returns (uint256 highest) {
        RiskClass memory class = _class();
        if (!isScored) return class.rhoCeilingBps;
        highest = Math.min(class.rhoCeilingBps, rho + class.maxAboveOpenBps);
        highest = Math.min(highest, rho + class.tighten.driftBps * Math.ceilDiv(horizon, class.windowSec));
        return Math.min(highest, rho + class.tighten.stepBps * (1 + horizon / class.tighten.delaySec));
    }

    /// @dev Least ρ, likewise; the floor of one never scored.
    function _lowestRho(uint256 rho, bool isScored, uint256 horizon) private pure returns (uint256 lowest) {
        RiskClass memory class = _class();
        if (!isScored) return class.rhoFloorBps;
        uint256 fall = class.loosen.driftBps * Math.ceilDiv(horizon, class.windowSec);
        fall = Math.min(fall, class.loosen.stepBps * (1 + horizon / class.loosen.delaySec));
        return Math.max(class.rhoFloorBps, Math.saturatingSub(rho, fall));
    }

    /// @dev What may go of a new put at the money whose ratio has come down to `rho`: half of it stays in any case.
    function _mostTaken(uint256 rho) private pure returns (uint256 amount) {
        return _share(3_300 - Math.max((rho * 11) / 10, 3_300 / 2));
    }

    /// @dev Windows of `windowSec` that a time of `horizon` can touch.
    function _windows(uint256 horizon, uint256 windowSec) private view returns (uint256 count) {
        return (block.timestamp + horizon) / windowSec - block.timestamp / windowSec + 1;
    }

    /// @dev Of the time-value ceiling of one contract at the money, quote units.
    function _share(uint256 rhoBps) private pure returns (uint256 amount) {
        return (60_000e6 * rhoBps) / 10_000;
    }

    function test_C60_HostileQuorumMovesNoMoreThanTheEffectBudgetInADay() external {
        vault.setMarketValves(MARKET, MarketValves(BUDGET, 1_000_000_000e8, 1 days));
        uint256 highest = _highestRho(3_000, true, 1 days);
        assertEq(highest, 5_000);
        // Just too little for the worst, so that the worst takes all of it.
        _openVictims(uint128(_share(highest) - 1));
        _push(_rows(1, VICTIMS, 3_000, 1_000));
        // Notional by ρ̂: at the money a contract's ceiling is its notional.
        uint256 limit = (_windows(1 days, 1 days) * BUDGET * highest) / 10_000 / 100;
        _expectNearly(_attack(1 days, 0, 1), limit);
    }

    /// @dev Positions that were never scored: a first score near the ceiling, and once its ramp is over a second tightening, after
    /// which the budget has forgotten what stood before the first. Two entries a victim, and delivery counts them.
    function test_C60_HostileFirstScoresMoveNoMoreThanDeliveryLetsThroughInADay() external {
        DeliveryLimits memory limits = _limits();
        (limits.windowTightened, limits.reportTightened) = (6, 6);
        risk.setDeliveryLimits(limits);
        uint256 highest = _highestRho(3_000, false, 23 hours);
        _openVictims(uint128(_share(highest - 300) - 1));
        uint256 limit = (_windows(23 hours, limits.windowSec) * limits.windowTightened * _share(highest)) / 2;
        _expectNearly(_attack(23 hours, 3, 2), limit);
    }

    /// @dev Beyond the class's window the budget has nothing to say any more (who has had the window to react is liquidated by
    /// the ρ he lives with), but delivery has: so many positions a window were tightened and no more.
    function test_C60_HostileQuorumMovesNoMoreThanDeliveryLetsThroughInThreeDays() external {
        DeliveryLimits memory limits = _limits();
        (limits.windowTightened, limits.reportTightened) = (3, 3);
        risk.setDeliveryLimits(limits);
        uint256 highest = _highestRho(3_000, false, 3 days);
        _openVictims(uint128(_share(highest) - 1));
        uint256 limit = _windows(3 days, limits.windowSec) * limits.windowTightened * _share(highest);
        _expectNearly(_attack(3 days, 3, 1), limit);
    }

    function test_C60_HostileLooseningUncoversNoMoreThanTheDriftOfADay() external {
        uint256 id = _openAtRequirement(put, ONE);
        _score(id, 1, 3_000, 1_000);
        _expectUncovered(id, 1 days, true);
    }

    /// @dev The quorum's own writer looks every hour whether anything may go. In a day nothing may.
    function test_C60_C66_HostileLooseningPaysItsWriterNothingInADay() external {
        uint256 id = _openAtRequirement(put, ONE);
        _score(id, 1, 3_000, 1_000);
        assertEq(_drain(id, 1 days, true), 0);
    }

    /// @dev After it, what loosening has uncovered a window and more ago, less β, at most half of what a new short brings, and
    /// at least half of that.
    function test_C60_C66_HostileLooseningPaysItsWriterNoMoreThanTheDriftOfTheWindowsBefore() external {
        uint256 id = _openAtRequirement(put, ONE);
        _score(id, 1, 3_000, 1_000);
        _expectNearly(_drain(id, 4 days, true), _mostTaken(_lowestRho(3_000, true, 3 days)));
    }

    /// @dev Left unscored for 25 hours and scored at the floor then: nothing goes for 20 hours more, then half.
    function test_C60_C66_HostileFirstScorePaysItsWriterNothingForTwentyHours() external {
        uint256 id = _openAtRequirement(put, ONE);
        assertEq(_drain(id, 25 hours, false), 0);
        _later(2 hours, SPOT);
        _score(id, 1, _class().rhoFloorBps, 100);
        assertEq(_drain(id, 20 hours - 1, false), 0);
        assertEq(_drain(id, 1 hours, false), _mostTaken(_lowestRho(3_000, false, 0)));
    }

    /// @dev Scored at the floor for a moment, honestly tight through the day, loosened again: the mark still counts from the
    /// moment, so nothing goes for 20 hours, and then no more than of a score that had stayed there.
    function test_C60_C66_HostileDipPaysItsWriterNothingForTwentyHours() external {
        uint256 id = _openAtRequirement(put, ONE);
        _score(id, 1, _class().rhoFloorBps, 100);
        vault.markScored(id);
        uint256 markedAt = block.timestamp;
        _later(_class().tighten.delaySec, SPOT);
        uint16 tight = _class().rhoFloorBps + _class().tighten.stepBps;
        while (block.timestamp + 4 hours < markedAt + 20 hours) {
            _score(id, 1, tight, 100);
            _later(1 hours, SPOT);
        }
        assertEq(_params(id).rhoTargetBps, tight);
        assertEq(_drain(id, markedAt + 20 hours - 1 - block.timestamp, true), 0);
        _expectNearly(_drain(id, 3 hours, true), _mostTaken(_lowestRho(3_000, false, 0)));
    }

    function test_C60_HostileLooseningUncoversNoMoreThanTheDriftOfThreeDays() external {
        uint256 id = _openAtRequirement(put, ONE);
        _score(id, 1, 3_000, 1_000);
        _expectUncovered(id, 3 days, true);
    }

    function test_C60_HostileFirstScoreUncoversNoMoreThanTheFloorAllows() external {
        _expectUncovered(_openAtRequirement(put, ONE), 1 hours, false);
    }

    function _openVictims(uint128 collateral) private {
        for (uint256 i = 0; i < VICTIMS; ++i) _open(put, ONE, collateral);
        _giveLongs(liquidator, put, uint128(VICTIMS) * ONE);
    }

    function _expectNearly(uint256 damage, uint256 limit) private pure {
        console.log("damage, bound", damage, limit);
        assertLe(damage, limit);
        assertGe(damage * 2, limit);
    }

    /// @dev Every report that is allowed and of use, every flag and every liquidation, each half hour. Liquidations wait until
    /// all equity is on offer. `perWindow` victims get first scores in a window of delivery, each in `entries` steps an hour
    /// and a half apart; with 0 all are tightened from their honest score.
    function _attack(uint256 horizon, uint256 perWindow, uint256 entries) private returns (uint256 damage) {
        uint256 before = quote.balanceOf(liquidator);
        uint256 end = block.timestamp + horizon;
        (uint256 first, uint256 lastWindow) = (1, 0);
        for (uint256 step = 0; block.timestamp + STEP_SEC < end; ++step) {
            if (perWindow == 0) {
                _tightenAll();
            } else if (block.timestamp / 1 days != lastWindow) {
                (lastWindow, step) = (block.timestamp / 1 days, 0);
                _push(_rows(first, perWindow, uint16(_class().rhoCeilingBps - 300 * (entries - 1)), 1_000));
                first += perWindow;
            } else if (step == 3 && entries == 2) {
                _push(_rows(first - perWindow, perWindow, _class().rhoCeilingBps, 1_000));
            }
            _later(STEP_SEC - 2, SPOT);
            for (uint256 id = 1; id <= VICTIMS; ++id) _strike(id);
        }
        return quote.balanceOf(liquidator) - before;
    }

    /// @dev One step up for every victim that is left, no further than the drift allows.
    function _tightenAll() private {
        bytes memory entries;
        for (uint256 id = 1; id <= VICTIMS; ++id) {
            if (!_view(id).active) continue;
            uint256 rho = Math.min(_params(id).rhoTargetBps + _class().tighten.stepBps, 5_000);
            entries = bytes.concat(entries, _entry(id, 1, uint16(rho), 1_000));
        }
        if (entries.length != 0) _push(entries);
    }

    function _strike(uint256 id) private {
        if (!_view(id).active) return;
        vm.startPrank(liquidator);
        if (_flaggedAt[id] == 0) {
            try vault.flag(id) {
                _flaggedAt[id] = block.timestamp;
            } catch {}
        } else if (block.timestamp >= _flaggedAt[id] + T1 + T2) {
            try vault.liquidate(id, ONE, 0, "") {} catch {}
        }
        vm.stopPrank();
    }

    /// @dev Loosens for `horizon`, then lets the price fall until the position is just not liquidatable: what its collateral
    /// lacks to the honest requirement there is what the quorum has uncovered.
    function _expectUncovered(uint256 id, uint256 horizon, bool isScored) private {
        uint256 limit = _share(3_000 - _lowestRho(3_000, isScored, horizon));
        uint256 end = block.timestamp + horizon;
        while (block.timestamp + 1 hours <= end) {
            if (!isScored && _params(id).observedAt == 0) _score(id, 1, _class().rhoFloorBps, 100);
            else if (isScored) _loosenWorst(id);
            _later(1 hours - 2, SPOT);
        }
        uint64 low = uint64(vault.liquidationPriceE8(id));
        _setPrice(low);
        assertGe(vault.healthOf(id), 1e18);
        uint256 honest = (STRIKE - low) / 100 + (uint256(low) * 3_000) / 10_000 / 100;
        _expectNearly(honest - _collateralOf(id), limit);
    }

    /// @dev What a writer in league with the quorum takes out in `horizon`: every hour the worst report that is allowed, a mark
    /// as soon as one is taken, and whatever may go, which is not a unit less than {surplusOf} says.
    function _drain(uint256 id, uint256 horizon, bool isScored) private returns (uint256 taken) {
        uint256 end = block.timestamp + horizon;
        while (true) {
            try vault.markScored(id) {} catch {}
            (uint256 surplus, ) = vault.surplusOf(id);
            vm.startPrank(writer);
            vm.expectPartialRevert(IOptionVaultLog.VaultCollateralTooLow.selector);
            vault.removeCollateral(id, uint128(surplus) + 1, writer);
            if (surplus != 0) vault.removeCollateral(id, uint128(surplus), writer);
            vm.stopPrank();
            taken += surplus;
            if (block.timestamp + 1 hours > end) return taken;
            _later(1 hours - 2, SPOT);
            if (isScored) _loosenWorst(id);
            else if (_params(id).observedAt != 0) _score(id, _view(id).epoch, _class().rhoFloorBps, 100);
            else vm.warp(block.timestamp + 2);
        }
    }

    /// @dev As far down as the rules let one entry go: a step, or what the drift leaves of one. π follows where it must.
    function _loosenWorst(uint256 id) private {
        uint16 rho = _params(id).rhoTargetBps;
        for (uint16 step = _class().loosen.stepBps; step >= 50; step -= 50) {
            uint16 pi = uint16(Math.min(_params(id).piBps, rho - step - 100));
            if (rho < step + _class().rhoFloorBps) continue;
            if (_score(id, _view(id).epoch, rho - step, pi) <= uint8(EntryOutcome.REFRESHED)) return;
        }
        // Silence would let the default return.
        _score(id, _view(id).epoch, rho, _params(id).piBps);
    }
}
