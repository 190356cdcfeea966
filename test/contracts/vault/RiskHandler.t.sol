// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";
import {RiskWord} from "../../../contracts/libraries/RiskWord.sol";
import {BreakerMode, BreakerReason} from "../../../contracts/types/DeliveryTypes.sol";
import {RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {LiquidationQuote, MarketValves, TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {RiskHandlerBase, RiskWorld, Snap} from "./RiskHandlerBase.sol";

/// @title Owners, liquidators, a quorum that is honest or hostile as a whole, guardian, governor, donor, clock and price walker
/// around the real vault and the real oracle
contract RiskHandler is RiskHandlerBase {
    constructor(RiskWorld memory world) RiskHandlerBase(world) {}

    function open(uint256 a, uint256 b, uint64 c) external {
        if (_activeCount() >= MOST_POSITIONS || block.timestamp < _w.vault.pauseState().newRiskUntil) return;
        _act("writer: open", abi.encodeCall(this.doOpen, (a, b, c)), false, 0);
    }

    function changeRisk(uint256 a, uint256 b) external {
        (uint256 id, ) = _pick(a);
        if (id == 0 || block.timestamp < _w.vault.pauseState().newRiskUntil) return;
        _act("writer: withdraw or mint more", abi.encodeCall(this.doChangeRisk, (id, b)), false, id);
    }

    /// @notice Invariant 16: whatever oracle, feed and guardian do, owners get out.
    function exit(uint256 a, uint256 b) external {
        (uint256 id, ) = _pick(a);
        if (id != 0) _act("writer: exit", abi.encodeCall(this.doExit, (id, b)), false, id);
    }

    function honest(uint256 a) external {
        if (!_isHalted()) _act("quorum: honest report", abi.encodeCall(this.doReport, (a, false)), false, 0);
    }

    function hostile(uint256 a) external {
        if (!_isHalted()) _act("quorum: hostile report", abi.encodeCall(this.doReport, (a, true)), false, 0);
    }

    function flag(uint256 a) external {
        uint256 id = _pickForDistress(a);
        if (id == 0) return;
        _act("keeper: flag", abi.encodeCall(this.doFlag, (id)), false, id);
    }

    function liquidate(uint256 a, uint256 b, uint64 c) external {
        uint256 id = _pickForDistress(a);
        if (id == 0) return;
        _act("liquidator: burn or take over", abi.encodeCall(this.doLiquidate, (id, b, c)), false, id);
    }

    function walk(uint256 a) external {
        _act("price: walk and jump", abi.encodeCall(this.doWalk, (a)), false, 0);
    }

    function stall(uint256 a) external {
        _act("clock: stall", abi.encodeCall(this.doStall, (a)), true, 0);
    }

    function trip(uint256 a) external {
        _act("guardian: trip and pause", abi.encodeCall(this.doTrip, (a)), false, 0);
    }

    function govern(uint256 a) external {
        _act("governor: re-arm, valves, lift", abi.encodeCall(this.doGovern, (a)), false, 0);
    }

    function donate(uint64 a) external {
        _act("donor: donate", abi.encodeCall(this.doDonate, (a)), false, 0);
    }

    function _act(string memory name, bytes memory action, bool isPassing, uint256 mayFall) private {
        Snap[] memory before = _snaps();
        _attempt(name, action);
        _check(before, isPassing, mayFall);
    }

    function doOpen(uint256 a, uint256 b, uint64 c) external onlySelf {
        _refresh();
        uint256 seriesId = _w.seriesIds[b % 2];
        uint128 sizeE8 = 1e6 + (c % 1e9);
        (uint256 required, , ) = _w.vault.requiredCollateral(seriesId, sizeE8);
        vm.prank(_w.actors[a % 3]);
        uint256 id = _w.vault.open(seriesId, sizeE8, uint128(required + (b % 1e8)), _w.actors[(a >> 8) % 3]);
        (_openRho[id], _riskAt[id]) = (DEFAULT, block.timestamp);
    }

    function doChangeRisk(uint256 id, uint256 b) external onlySelf {
        _refresh();
        IPositionSource.PositionView memory p = _w.vault.describePosition(id);
        // Enough that something lies above any initial requirement.
        uint256 full = MarginMath.maxLossUp(_payoff(p.seriesId), p.sizeE8) + 1e9;
        vm.startPrank(p.owner);
        if (full > p.collateral) _w.vault.addCollateral(id, uint128(full - p.collateral));
        uint128 held = _w.vault.describePosition(id).collateral;
        if (b % 2 == 0) _w.vault.removeCollateral(id, uint128(1 + (b % (held / 4))), p.owner);
        else _w.vault.mintMore(id, p.sizeE8 / 50 + 1, 1e9, p.owner);
        vm.stopPrank();
        uint256 target = RiskWord.rhoTargetOf(risk.positionWord(0, id));
        if (target > _openRho[id]) _openRho[id] = target;
        _riskAt[id] = block.timestamp;
    }

    function doExit(uint256 id, uint256 b) external onlySelf {
        IPositionSource.PositionView memory p = _w.vault.describePosition(id);
        vm.startPrank(p.owner);
        try _w.vault.addCollateral(id, 1) {} catch {
            _require(false, "16 adding collateral was blocked");
        }
        uint256 held = Math.min(_w.vault.TOKEN().balanceOf(p.owner, p.seriesId), p.sizeE8);
        if (held != 0) {
            uint128 sizeE8 = uint128(b % 3 == 0 ? held : 1 + (b % held));
            try _w.vault.close(id, sizeE8, 0) {} catch {
                _require(false, "16 closing was blocked");
            }
        }
        vm.stopPrank();
    }

    /// @dev Invariants 13 and 14: in the block of a report ρ never rises, and who was healthy stays it.
    function doReport(uint256 a, bool isHostile) external onlySelf {
        _pass(2);
        Snap[] memory before = _snaps();
        bytes memory entries;
        for (uint256 id = 1; id < before.length; ++id) {
            a = uint256(keccak256(abi.encode(a)));
            if (before[id].active) entries = bytes.concat(entries, _entryFor(id, before[id].word, a, isHostile));
        }
        RiskReport memory report = _reportOf(entries);
        report.dispersionBps = uint16(isHostile ? a % 600 : a % 100);
        risk.submitReport(report, _signed(report), entries, "");
        for (uint256 id = 1; id < before.length; ++id) {
            if (!before[id].active) continue;
            Snap memory after_ = _snap(id);
            _require(after_.rho <= before[id].rho, "13 a report raised rho at once");
            _require(!before[id].healthy || after_.healthy, "14 a report liquidates in its block");
            bool isFirst = !RiskWord.isScored(before[id].word) && RiskWord.isScored(after_.word);
            if (isFirst) _openRho[id] = RiskWord.rhoTargetOf(after_.word);
        }
    }

    function doFlag(uint256 id) external onlySelf {
        _distress(id);
        _flagNow(id);
    }

    function _flagNow(uint256 id) private {
        if (_isFlagLive(id)) return;
        Snap memory before = _snap(id);
        _w.vault.flag(id);
        _require(!before.healthy, "18 a healthy position was flagged");
        _flagPi[id] = before.pi;
    }

    /// @dev Time may have put it beyond distress, for its ρ rises.
    function _isDistressed(uint256 id) private view returns (bool isDistressed) {
        (uint256 rho, , ) = risk.maintenanceParams(address(_w.vault), id);
        int256 health = _health(_w.vault.describePosition(id), rho);
        return health > 0 && health < 1e18;
    }

    function doLiquidate(uint256 id, uint256 b, uint64 c) external onlySelf {
        _distress(id);
        if (!_isDistressed(id)) return;
        _flagNow(id);
        _pass(2 minutes + (c % 3 hours));
        _distress(id);
        IPositionSource.PositionView memory p = _w.vault.describePosition(id);
        if (!_isDistressed(id) || !_isFlagLive(id)) return;
        _checkedLiquidation(id, p, b);
    }

    function _checkedLiquidation(uint256 id, IPositionSource.PositionView memory p, uint256 b) private {
        Snap memory before = _snap(id);
        LiquidationQuote memory quote = _w.vault.liquidationQuote(id, p.sizeE8);
        _require(quote.healthWad < 1e18 && quote.healthWad > 0, "18 health outside (0, 1)");
        _require(block.timestamp >= _riskAt[id] + 2 minutes, "18 in its cool-off");
        _checkPrice(id, p, quote, before.rho);
        uint256 mode = b % 2;
        address liquidator = _w.actors[(b >> 8) % 3];
        if (mode == 0 && _w.vault.TOKEN().balanceOf(liquidator, p.seriesId) < quote.sizeE8) mode = 1;
        vm.prank(liquidator);
        uint256 intoId;
        if (mode == 0) {
            _w.vault.liquidate(id, p.sizeE8, 0, "");
        } else {
            TakeOver memory order;
            (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, p.sizeE8, type(uint128).max);
            (intoId, , ) = _w.vault.takeOver(order);
            (_openRho[intoId], _riskAt[intoId]) = (_openRho[id], block.timestamp);
        }
        Snap memory rest = _snap(id);
        if (!rest.active) return;
        // Collateral over size: 20 says that no shortfall grows, 19 that the rest is no worse.
        int256 health = _health(_w.vault.describePosition(id), before.rho);
        _require(health >= quote.healthWad, "19 health of the rest fell");
        bool isAboveTarget = health > 1.25e18 + 1e14 && rest.collateral > 1e9;
        _require(!isAboveTarget, "19 more was closed than the target asks for");
    }

    /// @dev Invariants 20 to 22: x ≤ e, x ≤ w(L − I), and in the orderly stage w follows from the π of the flag.
    function _checkPrice(
        uint256 id,
        IPositionSource.PositionView memory p,
        LiquidationQuote memory quote,
        uint256 rho
    ) private {
        Payoff memory payoff = _payoff(p.seriesId);
        uint256 paid = uint256(quote.payout) + quote.fee;
        _require(paid * p.sizeE8 <= uint256(p.collateral) * quote.sizeE8, "20 paid more than the share of collateral");
        uint256 most = MarginMath.marginUp(payoff, quote.sizeE8, Math.ceilDiv(quote.rateE8, 1e4));
        _require(paid <= most + 1, "21 paid more than w allows");
        uint256 elapsed = block.timestamp - p.flaggedAt;
        uint256 pi = _flagPi[id] * 1e4;
        if (elapsed < 15 minutes) {
            _require(quote.rateE8 == (pi * (15 minutes + elapsed)) / 30 minutes, "22 not the penalty of the flag");
        } else {
            _require(quote.rateE8 >= pi && quote.rateE8 <= Math.max(pi, rho * 1e4), "22 w outside pi and rho");
        }
    }

    /// @dev Within −10…+10 %, now and then a jump by a third.
    function doWalk(uint256 a) external onlySelf {
        uint256 moved = (uint256(priceE8) * (9_000 + (a % 2_000))) / 10_000;
        if (a % 16 == 0) moved = (a >> 8) % 2 == 0 ? (moved * 2) / 3 : (moved * 4) / 3;
        // Back into the middle from where it has strayed.
        if (moved < 20_000e8 || moved > 180_000e8) moved = 60_000e8;
        priceE8 = uint64(moved);
        _pass(a % 20 minutes);
        _refresh();
    }

    function doStall(uint256 a) external onlySelf {
        _pass(a % 8 == 0 ? 1 days : 1 + (a % 3 hours));
    }

    function doTrip(uint256 a) external onlySelf {
        vm.startPrank(_w.governor);
        if (a % 4 == 0) _w.vault.pauseNewRisk(uint32(1 + ((a >> 8) % 2 hours)));
        else if (a % 4 == 1) _w.vault.beginCaution(uint32(1 + ((a >> 8) % 2 hours)));
        else if (uint256(risk.status().mode) < 2) {
            bool isHalt = a % 12 == 2 || risk.status().mode == BreakerMode.TIGHTEN_ONLY;
            risk.tripBreaker(isHalt ? BreakerMode.HALTED : BreakerMode.TIGHTEN_ONLY, BreakerReason.GUARDIAN);
        }
        vm.stopPrank();
    }

    function doGovern(uint256 a) external onlySelf {
        vm.startPrank(_w.governor);
        if (risk.status().mode != BreakerMode.NORMAL) {
            vm.warp(Math.max(block.timestamp, uint256(risk.status().since) + 1 hours));
            risk.rearmBreaker(BreakerMode.NORMAL);
        } else if (a % 3 == 0) {
            _w.vault.liftPauses();
        } else {
            // Budgets are never so small that a flag of the handler waits.
            _w.vault.setMarketValves(1, MarketValves(1e18, uint64(1e17 + (a % 1e17)), uint32(1 hours + (a % 1 days))));
        }
        vm.stopPrank();
    }

    function doDonate(uint64 a) external onlySelf {
        address token = a % 2 == 0 ? _w.vault.market(1).base : _w.vault.market(1).quote;
        vm.prank(_w.actors[a % 3]);
        IERC20(token).transfer(address(_w.vault), a % 1e6);
    }
}
