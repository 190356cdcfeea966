// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {BreakerMode, BreakerReason} from "../../../contracts/types/DeliveryTypes.sol";
import {RiskClass, RiskParams, RiskReport} from "../../../contracts/types/RiskTypes.sol";
import {MarketValves} from "../../../contracts/types/VaultTypes.sol";
import {ScoredRules} from "./ScoredRules.sol";

/// @title Random life of a vault on the real oracle: writer, liquidator, hostile quorum, guardian, DAO, donor, walking and
/// silent prices; after every call the rules of single positions are checked
contract ScoredHandler is ScoredRules {
    enum Act {
        OPEN,
        ADD,
        REMOVE,
        CLOSE,
        REPORT,
        FLAG,
        LIQUIDATE,
        GUARD,
        GOVERN,
        DONATE,
        MOVE_PRICE,
        STALL
    }

    uint256 public constant ACTS = uint256(type(Act).max) + 1;

    mapping(uint256 act => uint256 count) public tried;
    mapping(uint256 act => uint256 count) public done;

    function setUp() public override {
        super.setUp();
        vault.setMarketValves(MARKET, MarketValves(type(uint64).max, type(uint64).max, 1 days));
        risk.setWatch(address(this), address(this));
    }

    /// @notice One call with what prepares it; then the rules.
    function step(uint8 act, uint256 a, uint256 b, uint128 c) external {
        Act kind = Act(act % ACTS);
        if (block.timestamp > EXPIRY - 6 hours) return;
        (bool isPossible, uint256 id) = _prepare(kind, a, c);
        if (!isPossible) return;
        _look();
        ++tried[uint256(kind)];
        try this.run(kind, id, a, b, c) {
            ++done[uint256(kind)];
        } catch {
            bool mustWork = kind == Act.ADD || kind == Act.STALL || kind == Act.CLOSE;
            _require(!mustWork, "16 silence blocked an exit");
            return;
        }
        bool isOwners = kind == Act.ADD || kind == Act.REMOVE || kind == Act.CLOSE || kind == Act.STALL;
        _judge(isOwners ? id : 0, kind == Act.REPORT);
    }

    /// @notice Only through {step}.
    function run(Act act, uint256 id, uint256 a, uint256 b, uint128 c) external {
        require(msg.sender == address(this));
        if (act == Act.OPEN) return _openNew(a, c);
        if (act == Act.ADD) return _add(id, 1 + (c % 1e9));
        if (act == Act.REMOVE) return _remove(id, c);
        if (act == Act.CLOSE) return _close(id, c);
        if (act == Act.REPORT) return _report(id, a, b);
        if (act == Act.FLAG) return _flag(id);
        if (act == Act.LIQUIDATE) return _liquidate(id, c);
        if (act == Act.GUARD) return _guard(a, b);
        if (act == Act.GOVERN) return _govern(a);
        if (act == Act.DONATE) return quote.mint(address(vault), c);
        if (act == Act.MOVE_PRICE) return _movePrice(a, b);
        _stall(id, a, c);
    }

    /// @dev What has to be so that the call can work, in a block before it.
    function _prepare(Act act, uint256 a, uint128 c) private returns (bool isPossible, uint256 id) {
        bool isPaused = block.timestamp < vault.pauseState().newRiskUntil;
        uint256 count = vault.positionCount();
        if (act == Act.OPEN) return (!isPaused && count < MOST, 0);
        if (act == Act.GUARD || act == Act.GOVERN || act == Act.DONATE || act == Act.MOVE_PRICE) return (true, 0);
        for (uint256 i = 0; i < count && !isPossible; ++i) {
            id = 1 + (((a >> 16) + i) % count);
            isPossible = _view(id).active;
        }
        if (!isPossible || (act == Act.REMOVE && isPaused)) return (false, id);
        if (act == Act.REPORT) {
            isPossible = risk.status().mode != BreakerMode.HALTED;
            vm.warp(block.timestamp + 300 + (c % 1 hours));
        }
        if (act == Act.LIQUIDATE) {
            _setPrice(spotE8);
            try this.run(Act.FLAG, id, 0, 0, 0) {} catch {}
            vm.warp(block.timestamp + 1 + (c % 1 hours));
        }
    }

    function _openNew(uint256 a, uint128 c) private {
        uint256 seriesId = a % 2 == 0 ? put : call;
        uint128 sizeE8 = ONE / 10 + (c % ONE);
        (uint256 required, , ) = vault.requiredCollateral(seriesId, sizeE8);
        vm.prank(writer);
        uint256 id = vault.open(seriesId, sizeE8, uint128(required), liquidator);
        _coolFrom[id] = block.timestamp;
    }

    function _add(uint256 id, uint128 amount) private {
        vm.prank(writer);
        vault.addCollateral(id, amount);
    }

    /// @dev New risk: it meets the initial requirement, and the cap that its owner saw may rise with the target.
    function _remove(uint256 id, uint128 c) private {
        _add(id, _collateralOf(id) * 2);
        uint128 amount = 1 + (c % (_collateralOf(id) / 4));
        vm.prank(writer);
        vault.removeCollateral(id, amount, writer);
        _coolFrom[id] = block.timestamp;
        _cap[id] = Math.max(_cap[id], _params(id).rhoTargetBps + 2_000);
    }

    /// @dev The closed share of the collateral, or the whole position.
    function _close(uint256 id, uint128 c) private {
        (uint128 sizeE8, uint256 seriesId) = (_sizeOf(id), _view(id).seriesId);
        uint128 closed = c % 8 == 0 ? sizeE8 : 1 + (c % (sizeE8 / 2));
        vm.prank(liquidator);
        longs.transfer(writer, seriesId, closed);
        vm.prank(writer);
        vault.close(id, closed, 0);
    }

    /// @dev First scores go anywhere; later ones up or down by what a step allows, or now and then beyond.
    function _report(uint256 id, uint256 a, uint256 b) private {
        RiskParams memory params = _params(id);
        uint256 rho = 300 + (a % 8_701);
        if (params.observedAt != 0 && b % 8 != 0) {
            rho = b % 3 == 0 ? params.rhoTargetBps - (a % 151) : params.rhoTargetBps + (a % 301);
        }
        uint256 most = Math.min(rho < 150 ? 50 : rho - 100, 4_000);
        uint256 pi = params.observedAt == 0 ? 50 + (b % 3_951) : params.piBps + (b % 101);
        bytes memory entries = _entry(id, params.epoch, uint16(rho), uint16(Math.min(pi, most)));
        RiskReport memory report = _reportOf(entries);
        risk.submitReport(report, _signed(report), entries, "");
    }

    function _flag(uint256 id) private {
        (, uint16 piBps, ) = risk.maintenanceOf(address(vault), id);
        bool isUnhealthy = vault.healthOf(id) < 1e18;
        vault.flag(id);
        _require(isUnhealthy && block.timestamp >= vault.pauseState().liquidationUntil, "18 flagged a healthy one");
        _flagPi[id] = piBps;
    }

    function _liquidate(uint256 id, uint128 c) private {
        IPositionSource.PositionView memory position = _view(id);
        int256 health = vault.healthOf(id);
        bool isAllowed = health > 0 && health < 1e18 && position.flaggedAt != 0;
        isAllowed = isAllowed && block.timestamp >= _coolFrom[id] + COOL_OFF;
        isAllowed = isAllowed && block.timestamp >= vault.pauseState().liquidationUntil;
        uint128 sizeE8 = 1 + (c % position.sizeE8);
        vm.prank(liquidator);
        try vault.liquidate(id, sizeE8, 0, "") returns (uint128 closedE8, uint128 payout) {
            _require(isAllowed, "18 liquidated what may not be");
            uint256 share = (uint256(position.collateral) * closedE8) / position.sizeE8;
            _require(payout <= share, "20 paid more than the equity");
            _require(!_view(id).active || vault.healthOf(id) > 0, "20 left a shortfall");
            _require(payout <= _mostAtFlag(id, position, closedE8), "22 paid more than the penalty of the flag");
        } catch {
            // Dust, a lapsed flag, or one of the rules.
        }
    }

    /// @dev In the orderly stage w is at most π as it stood at the flag.
    function _mostAtFlag(
        uint256 id,
        IPositionSource.PositionView memory position,
        uint256 closedE8
    ) private view returns (uint256 most) {
        if (block.timestamp >= uint256(position.flaggedAt) + T1) return type(uint256).max;
        bool isPut = position.seriesId & 1 == 1;
        uint256 intrinsicE8 = isPut ? Math.saturatingSub(STRIKE, spotE8) : Math.saturatingSub(spotE8, STRIKE);
        uint256 valueE8 = intrinsicE8 * 10_000 + _flagPi[id] * Math.min(STRIKE, spotE8);
        // Quote has 6 decimals, base 8.
        return isPut ? (closedE8 * valueE8) / 1e14 : (closedE8 * valueE8) / (uint256(spotE8) * 10_000);
    }

    function _guard(uint256 a, uint256 b) private {
        if (a % 4 == 0) return vault.pauseNewRisk(uint32(1 + (b % 1 hours)));
        if (a % 4 == 1) {
            // May be used up: twice a week.
            try vault.pauseLiquidations(uint32(1 + (b % 1 hours))) {} catch {}
            return;
        }
        BreakerMode mode = risk.status().mode;
        if (a % 4 == 2 && mode != BreakerMode.HALTED) {
            return risk.tripBreaker(BreakerMode(uint256(mode) + 1), BreakerReason.GUARDIAN);
        }
        vm.warp(block.timestamp + 1 hours);
        if (mode != BreakerMode.NORMAL) risk.rearmBreaker(BreakerMode.NORMAL);
    }

    /// @dev Narrower steps for a while; and the old ones again.
    function _govern(uint256 a) private {
        RiskClass memory class = _class();
        if (a % 2 == 0) class.tighten.stepBps = uint16(100 + (a % 200));
        for (uint16 id = 1; id <= 9; ++id) risk.setRiskClass(id, class);
    }

    /// @dev Within −10…+10 %, now and then a jump.
    function _movePrice(uint256 a, uint256 b) private {
        uint256 moved = (uint256(spotE8) * (9_000 + (a % 2_001))) / 10_000;
        if (b % 8 == 0) moved = b % 16 == 0 ? (moved * 3) / 4 : (moved * 5) / 4;
        spotE8 = uint64(Math.min(Math.max(moved, 45_000e8), 90_000e8));
        vm.warp(block.timestamp + (b % 10 minutes));
        _setPrice(spotE8);
    }

    /// @dev Neither price nor report for hours: adding and closing pro rata go on.
    function _stall(uint256 id, uint256 a, uint128 c) private {
        vm.warp(block.timestamp + 61 minutes + (a % 3 hours));
        _add(id, 1 + (c % 1e9));
        _close(id, c | 1);
    }
}
