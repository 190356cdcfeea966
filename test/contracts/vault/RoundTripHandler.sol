// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {TakeOver} from "../../../contracts/types/VaultTypes.sol";
import {RoundTripLedger, TripWorld} from "./RoundTripLedger.sol";

/// @title Three accounts that together do whatever they like with their own positions and longs, beside a bystander who
/// has both in the same series and does nothing
/// @notice What the three are worth must not grow at one price, and what the bystander is worth must not change.
contract RoundTripHandler is RoundTripLedger {
    enum Act {
        OPEN,
        MINT_MORE,
        ADD,
        REMOVE,
        CLOSE,
        MOVE_LONGS,
        MOVE_POSITION,
        FLAG,
        UNFLAG,
        BURN,
        TAKE_OVER,
        RECLASSIFY,
        DONATE,
        CLAIM,
        SCORE,
        PRICE,
        EXPIRE,
        SETTLE,
        SETTLE_BESIDE,
        REDEEM
    }

    uint128 private constant ONE = 1e8;
    uint256 private constant ACTS = uint256(type(Act).max) + 1;
    /// @dev Of a campaign's steps, those before the end of the series.
    uint256 private constant STEPS_BEFORE_EXPIRY = 44;

    uint256 private _steps;

    constructor(TripWorld memory world) RoundTripLedger(world) {}

    /// @notice One step of the campaign; what cannot be done now is not counted.
    function step(uint8 act, uint256 a, uint256 b, uint128 c) external {
        Act kind = Act(act % ACTS);
        bool isOver = block.timestamp >= _w.expiry;
        if (++_steps > STEPS_BEFORE_EXPIRY && !isOver) kind = Act.EXPIRE;
        if (isOver) kind = Act(uint256(Act.SETTLE) + (act % 3));
        else if (kind >= Act.EXPIRE && _steps <= STEPS_BEFORE_EXPIRY) return;
        Worth memory before = worth();
        _attempt(_nameOf(uint8(kind)), abi.encodeCall(this.run, (kind, a, b, c)));
        Worth memory later = worth();
        // What the bystander's own settlement rounds is no concern of the three.
        if (kind == Act.SETTLE_BESIDE) later.bystander = before.bystander;
        if (kind != Act.PRICE) _compare(before, later, _nameOf(uint8(kind)));
    }

    /// @notice Only through {step}.
    function run(Act act, uint256 a, uint256 b, uint128 c) external onlySelf {
        _refresh();
        if (act == Act.OPEN) _open(a, b, c);
        else if (act == Act.MOVE_LONGS) _moveLongs(a, b, c);
        else if (act == Act.DONATE) _donate(a, b, c);
        else if (act == Act.CLAIM) _claim(a);
        else if (act == Act.PRICE) _movePrice(a, b);
        else if (act == Act.EXPIRE) expire();
        else if (act == Act.SETTLE) _settle(false);
        else if (act == Act.SETTLE_BESIDE) _settle(true);
        else if (act == Act.REDEEM) _redeem(a, b, c);
        else if (act <= Act.CLOSE) _change(act, a, b, c);
        else if (act <= Act.UNFLAG || act >= Act.SCORE) _judge(act, a, b, c);
        else if (act == Act.RECLASSIFY) _reclassify(a);
        else _liquidate(act, a, b, c);
    }

    function _open(uint256 a, uint256 b, uint128 c) private returns (uint256 id) {
        uint256 seriesId = _w.seriesIds[b % 4];
        // From single units up to some contracts.
        uint128 sizeE8 =
            1 +
                (c %
                    (
                        b % 3 == 0
                            ? 1e3
                            : b % 3 == 1
                                ? 1e6
                                : 5 * ONE
                    ));
        (uint256 required, , ) = _w.vault.requiredCollateral(seriesId, sizeE8);
        vm.prank(_w.actors[a % 3]);
        return _w.vault.open(seriesId, sizeE8, uint128(required + ((b >> 8) % 3)), _w.actors[c % 3]);
    }

    function _change(Act act, uint256 a, uint256 b, uint128 c) private {
        (uint256 id, IPositionSource.PositionView memory p) = _ownOrNew(a, b, c);
        if (act == Act.CLOSE) return _close(id, p, b, c);
        vm.startPrank(p.owner);
        if (act != Act.MINT_MORE) _w.vault.addCollateral(id, 1 + (c % 1e6));
        if (act == Act.MINT_MORE) {
            // Enough for both parts whatever ρ has become.
            uint128 more = 1 + (c % (p.sizeE8 + 1));
            _w.vault.mintMore(id, more, _maxLoss(p.seriesId, p.sizeE8 + more), _w.actors[b % 3]);
        } else if (act == Act.REMOVE) {
            uint128 full = _maxLoss(p.seriesId, p.sizeE8);
            _w.vault.addCollateral(id, full);
            uint128 most = _w.vault.describePosition(id).collateral - full;
            _w.vault.removeCollateral(id, 1 + (c % most), _w.actors[b % 3]);
        }
        vm.stopPrank();
    }

    /// @dev Whole, or a part with up to its share of the collateral.
    function _close(uint256 id, IPositionSource.PositionView memory p, uint256 b, uint128 c) private {
        _gather(p.seriesId, p.owner);
        uint128 held = _longs(p.seriesId, p.owner);
        uint128 sizeE8 = held >= p.sizeE8 && b % 3 == 0 ? p.sizeE8 : 1 + (c % (held < p.sizeE8 ? held : p.sizeE8));
        uint128 share = uint128((uint256(p.collateral) * sizeE8) / p.sizeE8);
        vm.prank(p.owner);
        _w.vault.close(id, sizeE8, b % 2 == 0 ? 0 : share);
    }

    function _moveLongs(uint256 a, uint256 b, uint128 c) private {
        uint256 seriesId = _w.seriesIds[b % 4];
        address from = _w.actors[a % 3];
        uint256 amountE8 = c % (_longs(seriesId, from) + 1);
        _pass(seriesId, from, _w.actors[c % 3], amountE8);
    }

    /// @dev Flags, ends flags, passes positions on, and lets the oracle change its mind.
    function _judge(Act act, uint256 a, uint256 b, uint128 c) private {
        (uint256 id, IPositionSource.PositionView memory p) = _ownOrNew(a, b, c);
        if (act == Act.SCORE) {
            uint16 rho = uint16(200 + (c % 9_800));
            return _w.oracle.setParams(address(_w.vault), id, rho, uint16(b % rho));
        }
        if (act == Act.MOVE_POSITION) {
            vm.prank(p.owner);
            _w.vault.offerPosition(id, _w.actors[b % 3]);
            vm.prank(_w.actors[b % 3]);
            return _w.vault.acceptPosition(id);
        }
        _distress(id, b);
        if (act == Act.FLAG || _w.vault.describePosition(id).flaggedAt == 0) return;
        _w.oracle.setParams(address(_w.vault), id, 100, 50);
        if (_w.vault.healthOf(id) >= 1e18) _w.vault.unflag(id);
    }

    /// @dev By one of the three, who may own it himself.
    function _liquidate(Act act, uint256 a, uint256 b, uint128 c) private {
        (uint256 id, IPositionSource.PositionView memory p) = _ownOrNew(a, b, c);
        _distress(id, b);
        _wait(2 minutes + (c % 3 hours));
        int256 health = _w.vault.healthOf(id);
        if (health >= 1e18 || health <= 0) return;
        address liquidator = _w.actors[b % 3];
        // Parts, unless what they leave is too little.
        uint128 part = c % 2 == 0 ? p.sizeE8 : 1 + p.sizeE8 / 2;
        if (act == Act.BURN) {
            _gather(p.seriesId, liquidator);
            if (_longs(p.seriesId, liquidator) < part) return;
            vm.prank(liquidator);
            _w.vault.liquidate(id, part, 0, "");
            return;
        }
        TakeOver memory order;
        (order.positionId, order.maxSizeE8, order.maxTopUp) = (id, part, type(uint128).max);
        order.intoId = _sibling(id, p.seriesId, liquidator);
        vm.prank(liquidator);
        (uint256 into, , ) = _w.vault.takeOver(order);
        // And back: what was taken over is closed as far as the longs go.
        uint128 held = _longs(p.seriesId, liquidator);
        uint128 sizeE8 = _w.vault.describePosition(into).sizeE8;
        if (held == 0 || c % 3 == 0) return;
        vm.prank(liquidator);
        _w.vault.close(into, held < sizeE8 ? held : sizeE8, 0);
    }

    /// @dev Makes a position unhealthy where that can be, and flags it.
    function _distress(uint256 id, uint256 b) private {
        if (_w.vault.healthOf(id) >= 1e18) {
            _w.oracle.setParams(address(_w.vault), id, 10_000, uint16(b % 9_000));
        }
        if (_w.vault.healthOf(id) >= 1e18) return;
        // A flag that lives stands.
        vm.prank(_w.actors[b % 3]);
        try _w.vault.flag(id) {} catch {}
    }

    function _reclassify(uint256 a) private {
        (uint256 id, ) = _own(a);
        // Most positions keep their class: that is the rule, not a failure of the attempt.
        if (id != 0) try _w.vault.reclassify(id) {} catch {}
    }

    function _donate(uint256 a, uint256 b, uint128 c) private {
        IERC20 token = IERC20(_token(b % 2 == 0));
        vm.prank(_w.actors[a % 3]);
        token.transfer(address(_w.vault), c % 1e6);
    }

    function _claim(uint256 a) private {
        for (uint256 i = 0; i < 6; ++i) {
            (address token, address actor) = (_token(i % 2 == 0), _w.actors[((a % 3) + i) % 3]);
            if (_w.vault.claimable(token, actor) == 0) continue;
            vm.prank(actor);
            _w.vault.claim(token, actor);
            return;
        }
    }

    function _redeem(uint256 a, uint256 b, uint128 c) private {
        uint256 seriesId = _w.seriesIds[b % 4];
        address actor = _w.actors[a % 3];
        uint128 held = _longs(seriesId, actor);
        if (_w.vault.seriesState(seriesId).unsettledCount != 0 || held == 0) return;
        vm.prank(actor);
        _w.vault.redeem(seriesId, c % 4 == 0 ? held : 1 + (c % held), actor);
    }

    function _ownOrNew(
        uint256 a,
        uint256 b,
        uint128 c
    ) private returns (uint256 id, IPositionSource.PositionView memory p) {
        (id, p) = _own(a);
        if (id != 0) return (id, p);
        id = _open(a, b, c);
        p = _w.vault.describePosition(id);
    }
}
